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

    [Fact]
    public void An_empty_sheet_is_refused() => Assert.Throws<ArgumentException>(() => ContactSheet.Arrange([], 3));
}
