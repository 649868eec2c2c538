using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Tests.Datasets;

public class DatasetCatalogTests
{
    [Fact]
    public void Names_are_unique_and_defaults_pass_their_own_checks()
    {
        Assert.Equal(DatasetCatalog.All.Count, DatasetCatalog.All.Select(e => e.Name).Distinct().Count());
        foreach (ICatalogEntry entry in DatasetCatalog.All)
        {
            var choice = new Choice(entry, entry.Options.ToDictionary(o => o.Name, o => o.Default));
            Assert.Equal(new Choice(entry).Canonical, choice.Canonical);
            Assert.NotEmpty(entry.Summary);
        }
    }

    [Fact]
    public void A_path_with_nothing_there_is_an_error_that_names_it() =>
        Assert.StartsWith("/no/such/folder: ",
            Assert.Throws<InputException>(() => DatasetCatalog.OpenPath("/no/such/folder")).Message);

    [Fact]
    public void A_folder_of_something_else_is_an_error_that_tells_what_is_expected()
    {
        using var folder = new DatasetFolder();
        folder.Write("notes.txt", "nothing");
        Assert.Null(DatasetCatalog.Recognise(folder.Path));
        Assert.Contains("no dataset is recognised here", folder.ErrorOf());
        Assert.Contains("no dataset is recognised here", folder.ErrorOf(folder["notes.txt"]));
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("gtsrb")]
    [InlineData("folder")]
    [InlineData("imagenet")]
    public void A_stored_dataset_without_path_is_an_error_that_names_where_it_was_chosen(string name)
    {
        ICatalogEntry entry = DatasetCatalog.All.Single(e => e.Name == name);
        string message =
            Assert.Throws<InputException>(() => DatasetCatalog.Open(new Choice(entry, source: "study.yaml:3:5"))).Message;
        Assert.Equal($"study.yaml:3:5: {name} needs 'path', where the dataset lies", message);
        message = Assert.Throws<InputException>(
            () =>
                DatasetCatalog.Open(
                    new Choice(entry, new Dictionary<string, string> { ["path"] = "/no/such" }, "study.yaml:3:5"))).Message;
        Assert.StartsWith("/no/such: ", message);
        using var empty = new DatasetFolder();
        message = Assert.Throws<InputException>(() => DatasetCatalog.Open(
            new Choice(entry, new Dictionary<string, string> { ["path"] = empty.Path }, "study.yaml:3:5"))).Message;
        Assert.StartsWith(empty.Path, message);
    }

    [Fact]
    public void Subsets_are_taken_as_chosen_and_one_larger_than_the_split_is_an_error()
    {
        using var folder = new DatasetFolder();
        for (int b = 1; b <= 5; b++)
            folder.Write($"data_batch_{b}.bin",
                [.. Enumerable.Range(0, 20).SelectMany(i => CifarBinaryTests.Record(20 * b + i))]);
        folder.Write("test_batch.bin", [.. Enumerable.Range(0, 20).SelectMany(CifarBinaryTests.Record)]);

        using Dataset some = Open(folder, ("train_subset", "30"), ("test_subset", "10"));
        Assert.Equal((30, 10), (some.Train.Count, some.Test.Count));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(3, some.Train.Labels.Count(l => l == label)));
        using Dataset other = Open(folder, ("train_subset", "30"), ("subset_seed", "1"));
        Assert.Equal(20, other.Test.Count);
        Assert.NotEqual(some.Train.Fingerprint, other.Train.Fingerprint);
        Assert.Contains("train_subset is 101, but the split has 100 pictures",
            Assert.Throws<InputException>(() => Open(folder, ("train_subset", "101"))).Message);
    }

    [Fact]
    [LongGroup("Long")]
    public void A_drawn_dataset_opens_by_its_name_and_its_summary_counts_every_class()
    {
        using Dataset signs = DatasetCatalog.OpenPath("signs");
        DatasetSummary summary = DatasetSummary.Of(signs);
        Assert.Equal("signs", summary.Name);
        Assert.Equal((4000, 1600), (summary.Train.Count, summary.Test.Count));
        Assert.All(summary.Train.PerClass, count => Assert.Equal(250, count));
        Assert.Equal(signs.Test.Fingerprint, summary.Test.Fingerprint);
    }

    [Fact]
    public void A_sheet_has_a_row_for_each_class_under_its_name_unless_every_class_has_one_picture()
    {
        var three = new MemoryImageSet(32, new byte[4 * 3072], [0, 1, 1, 1], ["a", "b"]);
        FigureGrid rows = DatasetSummary.SheetOf(three, perClass: 2);
        Assert.Equal([1, 2], rows.Rows.Select(r => r.Count));
        Assert.Equal(["0 a (1)", "1 b (3)"], rows.Titles);
        Assert.Equal([1, 3], DatasetSummary.SheetOf(three, perClass: 10).Rows.Select(r => r.Count));
        Assert.Equal(2 * 16 + 2 * 64 + 10, DatasetSummary.Sheet(three, perClass: 2).Width);
        var ones = new MemoryImageSet(32, new byte[4 * 3072], [0, 1, 2, 3], ["a", "b", "c", "d"]);
        FigureGrid single = DatasetSummary.SheetOf(ones, perClass: 2);
        Assert.Equal([2, 2], single.Rows.Select(r => r.Count));
        Assert.Equal(["0 a", "1 b", "2 c", "3 d"], single.Rows.SelectMany(r => r).Select(t => t.Caption.Single()));
    }

    [Fact]
    public void A_sheet_takes_pictures_from_all_of_a_class_since_neighbours_are_frames_of_one_film()
    {
        byte[] pixels = [.. Enumerable.Range(0, 100).SelectMany(i => Enumerable.Repeat((byte)i, 3072))];
        var films = new MemoryImageSet(32, pixels, [.. Enumerable.Repeat(0, 100)], ["a"]);
        Assert.Equal(new[] { 0, 25, 50, 75 },
            DatasetSummary.SheetOf(films, perClass: 4).Rows[0].Select(t => (int)t.Picture!.Pixels[0]));
    }

    private static Dataset Open(DatasetFolder folder, params (string Key, string Value)[] options) =>
        DatasetCatalog.Open(new Choice(
            DatasetCatalog.All.Single(e => e.Name == "cifar10"),
            options.Append(("path", folder.Path)).ToDictionary(o => o.Item1, o => o.Item2)));
}
