using Postern.Imaging;

namespace Postern.Tests.Imaging;

public class ContactSheetTests
{
    [Fact]
    public void Pictures_are_enlarged_in_rows_with_gaps_of_the_background()
    {
        RgbImage[] pictures = [One(10), One(20), One(30)];
        RgbImage sheet = ContactSheet.Arrange(pictures, columns: 2, zoom: 2, gap: 1, background: (7, 8, 9));
        Assert.Equal((7, 7), (sheet.Width, sheet.Height));
        Assert.Equal(
            [
                7, 7, 7, 7, 7, 7, 7,
                7, 10, 10, 7, 20, 20, 7,
                7, 10, 10, 7, 20, 20, 7,
                7, 7, 7, 7, 7, 7, 7,
                7, 30, 30, 7, 7, 7, 7,
                7, 30, 30, 7, 7, 7, 7,
                7, 7, 7, 7, 7, 7, 7,
            ],
            sheet.Pixels[..49]);
        Assert.Equal(9, sheet[2, 0, 0]);

        static RgbImage One(byte value) => new(1, 1, [value, value, value]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5)]
    public void Pictures_are_taken_out_of_a_sheet_as_they_are_there(int columns)
    {
        RgbImage[] pictures = [.. Enumerable.Range(0, 12).Select(i =>
            new RgbImage(2, 3, [.. Enumerable.Range(0, 18).Select(p => (byte)(18 * i + p))]))];
        RgbImage taken = ContactSheet.Take(ContactSheet.Arrange(pictures, columns, zoom: 2), 12, columns, [11, 3]),
            alone = ContactSheet.Arrange([pictures[11], pictures[3]], 2, zoom: 2);
        Assert.Equal((alone.Width, alone.Height), (taken.Width, taken.Height));
        Assert.Equal(alone.Pixels, taken.Pixels);
        Assert.Throws<ArgumentException>(() => ContactSheet.Take(alone, 2, 2, [2]));
    }

    [Fact]
    public void An_empty_sheet_is_refused() => Assert.Throws<ArgumentException>(() => ContactSheet.Arrange([], 3));
}
