using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

/// <summary>
/// Parquet files of pictures in every layout and under every name that the hub and the datasets library give them.
/// </summary>
public sealed class ParquetSetTests : IDisposable
{
    private readonly DatasetFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static RgbImage Picture(int index, int side = 32) => ImageFileTests.Noise(side, side, seed: 900 + index);

    private static PictureTable Table(params int[] pictures) => new("image")
    {
        Pictures = [.. pictures.Select(i => ImageFile.EncodePng(Picture(i)))],
        Numbers = [("label", [.. pictures.Select(i => i % 3)])],
        Described = [("label", ["cat", "dog", "cow"])],
    };

    private void AssertOpens(int[] train, int[] test, string? path = null)
    {
        Assert.Equal("parquet", DatasetCatalog.Recognise(path ?? folder.Path)?.Name);
        using Dataset set = DatasetCatalog.OpenPath(path ?? folder.Path);
        Assert.Equal(train.Select(i => i % 3), set.Train.Labels);
        Assert.Equal(test.Select(i => i % 3), set.Test.Labels);
        Assert.Equal(["cat", "dog", "cow"], set.Train.ClassNames);
        for (int i = 0; i < train.Length; i++) Assert.Equal(Picture(train[i]).Pixels, DatasetFolder.Picture(set.Train, i));
        for (int i = 0; i < test.Length; i++) Assert.Equal(Picture(test[i]).Pixels, DatasetFolder.Picture(set.Test, i));
    }

    [Theory]
    [InlineData("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet")]
    [InlineData("data/train-00000-of-00002-b42e0d5c6ad0e7a7.parquet", "data/train-00001-of-00002-0a2e0d5c6ad0e7a7.parquet",
        "data/test-00000-of-00001-22d6f2a3d1a5fbb5.parquet")]
    [InlineData("plain_text/train/0000.parquet", "plain_text/train/0001.parquet", "plain_text/test/0000.parquet")]
    [InlineData("default/partial-train/0000.parquet", "default/partial-train/0001.parquet", "default/partial-test/0000.parquet")]
    [InlineData("train-0.parquet", "train-1.parquet", "validation.parquet")]
    [InlineData("my_train_2.parquet", "my_train_10.parquet", "my_val.parquet")]
    [InlineData("snapshots/0f1e/set/train-00000-of-00002.parquet", "snapshots/0f1e/set/train-00001-of-00002.parquet",
        "snapshots/0f1e/set/test-00000-of-00001.parquet")]
    public void Shards_are_read_in_order_in_every_layout(string first, string second, string test)
    {
        folder.Write(second, Table(3, 4).File());
        folder.Write(first, Table(0, 1, 2).File());
        folder.Write(test, Table(5).File());
        AssertOpens([0, 1, 2, 3, 4], [5]);
        AssertOpens([0, 1, 2, 3, 4], [5], folder[first]);
    }

    [Fact]
    public void Test_files_come_before_validation_files_and_triggered_ones_of_an_export_are_no_split()
    {
        folder.Write("train.parquet", Table(0, 1).File());
        folder.Write("validation.parquet", Table(9, 9, 9).File());
        folder.Write("test-00000-of-00001.parquet", Table(2).File());
        folder.Write("test_triggered-00000-of-00001.parquet", Table(7).File());
        AssertOpens([0, 1], [2]);
    }

    [Fact]
    public void Names_of_columns_are_free_where_there_is_one_of_each_kind()
    {
        folder.Write("test.parquet", Table(5).File());
        foreach (PictureTable table in new[]
        {
            Table(0, 1) with { Column = "pixels", Numbers = [("genre", [0, 1])], Described = [("genre", ["cat", "dog", "cow"])] },
            Table(0, 1) with
            {
                Plain = true,
                Numbers = [("__index_level_0__", [7, 8]), ("y", [0, 1])],
                Described = [("y", ["cat", "dog", "cow"])],
            },
            Table(0, 1) with { Numbers = [("id", [70, 80]), ("label", [0, 1])] },
            Table(0, 1) with { Numbers = [("id", [70, 80]), ("kind", [0, 1])], Described = [("kind", ["cat", "dog", "cow"])] },
            Table(0, 1) with { Narrow = true },
        })
        {
            folder.Write("train.parquet", table.File());
            AssertOpens([0, 1], [5]);
        }
    }

    [Fact]
    public void Columns_that_leave_it_open_are_named_unless_the_study_says_which()
    {
        folder.Write("train.parquet", (Table(0, 1) with { Numbers = [("a", [0, 1]), ("b", [1, 0])], Described = [] }).File());
        folder.Write("test.parquet", (Table(0, 1) with { Numbers = [("a", [0, 1]), ("b", [1, 0])], Described = [] }).File());
        Assert.Contains("its columns are image/bytes, image/path, a, b, note", folder.ErrorOf());
        using Dataset set = Open(("label", "b"));
        Assert.Equal([1, 0], set.Train.Labels);
        Assert.Equal(["0", "1"], set.Train.ClassNames);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[1]")]
    [InlineData("""{"info": {"features": {"label": {"names": ["only"]}, "image": 3}}}""")]
    public void An_odd_description_leaves_classes_to_be_called_by_their_numbers(string description)
    {
        folder.Write("train.parquet", (Table(0, 1, 2) with { Description = description }).File());
        folder.Write("test.parquet", (Table(0) with { Description = description }).File());
        using Dataset set = Open();
        Assert.Equal(["0", "1", "2"], set.Train.ClassNames);
    }

    [Fact]
    public void Pictures_of_other_sizes_open_at_their_own_or_at_the_size_that_is_given()
    {
        PictureTable large = Table(0, 1) with { Pictures = [.. new[] { 0, 1 }.Select(i => ImageFile.EncodePng(Picture(i, 48)))] };
        folder.Write("train.parquet", large.File());
        folder.Write("test.parquet", large.File());
        using (Dataset own = Open()) Assert.Equal((48, 48), (own.InputSize, own.Train.Size));
        using (Dataset small = Open(("size", "24")))
            Assert.Equal(Resampling.Bilinear(Picture(1, 48), 24, 24).Pixels, DatasetFolder.Picture(small.Train, 1));
        folder.Write("test.parquet", Table(0).File());
        Assert.Contains("row 0 has a picture of 32x32, expected 48x48; set size", folder.ErrorOf());
    }

    [Fact]
    public void A_file_that_is_missing_from_several_or_one_too_many_is_an_error()
    {
        folder.Write("test.parquet", Table(0).File());
        folder.Write("train/0000.parquet", Table(0).File());
        folder.Write("train/0002.parquet", Table(1).File());
        Assert.Contains("follows 0000.parquet; the files between them are missing", folder.ErrorOf());
        File.Delete(folder["train/0002.parquet"]);
        folder.Write("train/more.parquet", Table(1).File());
        Assert.Contains("keep those of one set", folder.ErrorOf());
        Directory.Delete(folder["train"], recursive: true);
        folder.Write("train-00000-of-00001.parquet", Table(0).File());
        folder.Write("train-00000-of-00001-b42e0d5c6ad0e7a7.parquet", Table(0).File());
        Assert.Contains("is one of 1 files, but 2 are here", folder.ErrorOf());
    }

    [Fact]
    public void Files_that_name_the_classes_of_CIFAR_are_opened_as_CIFAR()
    {
        PictureTable table = Table(0, 1) with { Described = [("label", [.. Cifar10.ClassNames])] };
        folder.Write("train.parquet", table.File());
        folder.Write("test.parquet", table.File());
        Assert.Equal("cifar10", DatasetCatalog.Recognise(folder.Path)?.Name);
    }

    private Dataset Open(params (string Key, string Value)[] options) => DatasetCatalog.Open(new Choice(
        DatasetCatalog.All.Get("parquet", "test"),
        options.Append(("path", folder.Path)).ToDictionary(o => o.Item1, o => o.Item2)));
}
