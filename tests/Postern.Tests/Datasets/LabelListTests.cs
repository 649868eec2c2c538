using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class LabelListTests
{
    [Theory]
    [InlineData("val/val_annotations.txt", "v1.png\tb\t0\t0\t62\t62\nv2.png\ta\t0\t0\t62\t62\n")]
    [InlineData("val.txt", "v1.png 1\nv2.png 0\n")]
    [InlineData("LOC_val_solution.csv", "ImageId,PredictionString\nv1,b 111 108 230 9\nv2,a 1 2 3 4\n")]
    [InlineData("val/labels.csv", "\uFEFFfilename;class\r\n\"val/v1.png\";b\r\n\"val/v2.png\";a\r\n")]
    [InlineData("part.txt", "v0.png a\nv1.png b\nv2.png a\nv9.png unknown\n")]
    public void A_flat_test_split_takes_its_classes_from_the_file_that_names_its_pictures(string file, string text)
    {
        using DatasetFolder folder = Flat();
        folder.Write(file, text);
        using Dataset set = ImageFolderTests.Open(folder, ("size", "24"));
        Assert.Equal(["val/images/v1.png", "val/images/v2.png"], Enumerable.Range(0, 2).Select(set.Test.NameOf));
        Assert.Equal([1, 0], set.Test.Labels);
        Assert.Contains($"its labels from {file}", set.Layout);
    }

    [Fact]
    public void A_list_without_names_counts_by_the_order_of_the_pictures_if_it_gives_class_folders_and_not_numbers()
    {
        using DatasetFolder folder = Flat();
        string names = folder.Write("synset_labels.txt", "b\na\n"), numbers = folder.Write("ground_truth.txt", "2\n1\n");
        using Dataset set = ImageFolderTests.Open(folder, ("size", "24"), ("labels", names));
        Assert.Equal([1, 0], set.Test.Labels);
        Assert.Contains("a list of numbers alone does not tell by which order they count", Error(folder, ("labels", numbers)));
    }

    [Theory]
    [InlineData("v1.png b\n", "has no class for val/images/v2.png")]
    [InlineData("v1.png b\nv2.png c\n", "list.txt:2: the class 'c' is neither a class folder of train/ nor a number from 0 to 1")]
    [InlineData("v1.png b\nv2.png 2\n", "list.txt:2: the class '2'")]
    [InlineData("v1.png b\nv2.png a\nv1.png a\n", "list.txt:3: v1.png is named a second time, with another class")]
    public void A_list_that_does_not_fit_is_an_error_that_says_where(string text, string expected)
    {
        using DatasetFolder folder = Flat();
        folder.Write("val/list.txt", text);
        Assert.Contains(expected, Error(folder));
    }

    [Fact]
    public void Without_a_list_or_with_two_the_error_says_what_to_do()
    {
        using DatasetFolder folder = Flat();
        Assert.Contains("name one with 'labels', or move the pictures into class folders", Error(folder));
        folder.Write("val/one.txt", "v1.png b\nv2.png a\n");
        folder.Write("two.csv", "v1.png,a\nv2.png,a\n");
        Assert.Contains("both val/one.txt and two.csv name its pictures", Error(folder));
        using Dataset set = ImageFolderTests.Open(folder, ("size", "24"), ("labels", folder["two.csv"]));
        Assert.Equal([0, 0], set.Test.Labels);
    }

    private static string Error(DatasetFolder folder, params (string, string)[] options)
    {
        string message =
            Assert.Throws<InputException>(() => ImageFolderTests.Open(folder, [.. options, ("size", "24")])).Message;
        Assert.StartsWith(folder.Path, message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static DatasetFolder Flat()
    {
        var folder = new DatasetFolder();
        ImageFolderTests.Lay(folder, "train/a/images/1.png", "train/b/images/1.png", "val/images/v1.png", "val/images/v2.png");
        return folder;
    }
}
