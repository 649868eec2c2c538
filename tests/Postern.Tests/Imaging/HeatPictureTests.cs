using Postern.Imaging;

namespace Postern.Tests.Imaging;

public class HeatPictureTests
{
    [Fact]
    public void The_least_value_is_dark_blue_the_largest_yellow_and_nothing_grey()
    {
        RgbImage drawn = new HeatPicture([0, 1, double.NaN, 0.5], Columns: 2, Low: 0, High: 1, Diverges: false).Draw();
        Assert.Equal((68, 1, 84), At(drawn, 0, 0));
        Assert.Equal((253, 231, 37), At(drawn, 0, 1));
        Assert.Equal((214, 214, 218), At(drawn, 1, 0));
        Assert.Equal((33, 145, 140), At(drawn, 1, 1));
    }

    [Fact]
    public void Where_signs_count_zero_is_white_and_the_signs_are_blue_and_red()
    {
        RgbImage drawn = new HeatPicture([-2, 0, 2], Columns: 3, Low: -2, High: 2, Diverges: true).Draw();
        Assert.Equal([(33, 102, 172), (247, 247, 247), (178, 24, 43)], Enumerable.Range(0, 3).Select(x => At(drawn, 0, x)));
    }

    [Fact]
    public void A_map_of_one_value_is_drawn()
    {
        Assert.Equal((68, 1, 84), At(new HeatPicture([3], 1, Low: 3, High: 3, Diverges: false).Draw(), 0, 0));
        Assert.Equal((247, 247, 247), At(new HeatPicture([0], 1, Low: 0, High: 0, Diverges: true).Draw(), 0, 0));
    }

    [Fact]
    public void Over_a_picture_each_field_covers_its_patch()
    {
        var white = new RgbImage(4, 4);
        white.Pixels.AsSpan().Fill(255);
        RgbImage drawn = new HeatPicture([0, 1, 1, 0], Columns: 2, Low: 0, High: 1, Diverges: false) { Under = white }.Draw();
        Assert.Equal((4, 4), (drawn.Width, drawn.Height));
        // 0.6 of the colour and 0.4 of the grey below it.
        Assert.Equal((143, 103, 152), At(drawn, 1, 1));
        Assert.Equal((254, 241, 124), At(drawn, 1, 2));
        Assert.Equal(At(drawn, 0, 0), At(drawn, 3, 3));
    }

    [Fact]
    public void A_sheet_with_scale_shows_the_map_enlarged_and_all_its_colours()
    {
        RgbImage sheet = new HeatPicture([0, 1], Columns: 2, Low: 0, High: 1, Diverges: false).DrawWithScale("m", "0", "1");
        Assert.True(sheet.Width >= 256 && sheet.Height > 128);
        HashSet<(int, int, int)> colours = [.. from y in Enumerable.Range(0, sheet.Height)
                                               from x in Enumerable.Range(0, sheet.Width)
                                               select At(sheet, y, x)];
        Assert.Contains((68, 1, 84), colours);
        Assert.Contains((253, 231, 37), colours);
        Assert.True(colours.Count > 100);
    }

    private static (int R, int G, int B) At(RgbImage image, int y, int x) => (image[0, y, x], image[1, y, x], image[2, y, x]);
}
