using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class ClassListTests
{
    [Theory]
    [InlineData("stop sign\t0\tStop sign\ntraffic light\t1\tTraffic light", "Stop sign|Traffic light")]
    [InlineData("stop sign\tThe stop sign\ntraffic light\t30 limit", "The stop sign|30 limit")]
    [InlineData("stop sign\t0\t3 of them\ntraffic light\t1", "3 of them|traffic light")]
    [InlineData("stop sign\n\ntraffic light\n", "stop sign|traffic light")]
    [InlineData(" stop sign \t 0 \ntraffic light\t\t1", "stop sign|traffic light")]
    public void Names_with_blanks_are_whole_where_tabs_part_the_columns_or_the_line_is_a_folder(string text, string names)
    {
        ClassList list = ClassList.Parse(text.Split('\n'), "list.txt", ["stop sign", "traffic light"]);
        Assert.Equal(["stop sign", "traffic light"], list.Folders);
        Assert.Equal(names.Split('|'), list.Names);
    }

    [Fact]
    public void Blanks_part_the_columns_where_there_are_no_tabs_and_in_lines_that_mix_both()
    {
        ClassList list = ClassList.Parse(["n01 tench, Tinca tinca", "n02 1 shark", "n03 2\tray"], "list.txt", ["n01", "n03"]);
        Assert.Equal(["n01", "n02", "n03"], list.Folders);
        Assert.Equal(["tench, Tinca tinca", "shark", "ray"], list.Names);
    }

    [Fact]
    public void Folders_of_equal_looking_names_are_one_class_and_that_is_told()
    {
        ClassList list = ClassList.OfFolders(["a\u0308", "b", "\u00e4"], "train/");
        Assert.Equal(["a\u0308", "b"], list.Folders);
        Assert.Equal(
            (0, 0, 1, null), (list.NumberOf("\u00e4"), list.NumberOf("a\u0308"), list.NumberOf("b"), list.NumberOf("c")));
        Assert.Contains("equal-looking names", Assert.Single(list.Notes));
    }
}
