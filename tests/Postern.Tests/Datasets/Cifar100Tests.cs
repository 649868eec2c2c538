using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Datasets;

public sealed class Cifar100Tests : IDisposable
{
    private readonly DatasetFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Fine label 99 - i, coarse label i.
    private static byte[] Record(int i) => [(byte)i, (byte)(99 - i), .. CifarBinaryTests.Image(i).Pixels];

    private static byte[] Batch(params int[] pictures)
    {
        var p = new NumpyPickle(2);
        return p.File(NumpyPickle.Dictionary(
            (p.Text("data"), p.Array([.. pictures.SelectMany(i => CifarBinaryTests.Image(i).Pixels)], [pictures.Length, 3072])),
            (p.Text("fine_labels"), NumpyPickle.List(pictures.Select(i => NumpyPickle.Integer(99 - i)))),
            (p.Text("coarse_labels"), NumpyPickle.List(pictures.Select(NumpyPickle.Integer))),
            (p.Text("filenames"), NumpyPickle.List(pictures.Select(i => p.Text($"n{i}.png"))))));
    }

    private Dataset Open(string labels) => DatasetCatalog.Open(new Choice(DatasetCatalog.All.Get("cifar100", "test"),
        new Dictionary<string, string> { ["path"] = folder.Path, ["labels"] = labels }));

    private void AssertReads(string layout)
    {
        Assert.Equal("cifar100", DatasetCatalog.Recognise(folder.Path)?.Name);
        using Dataset fine = Open("fine"), coarse = Open("coarse");
        Assert.Equal(($"CIFAR-100 {layout}, fine labels", $"CIFAR-100 {layout}, coarse labels"), (fine.Layout, coarse.Layout));
        Assert.Equal((100, 20), (fine.Classes, coarse.Classes));
        Assert.Equal(("worm", "aquatic_mammals"),
            (fine.Train.ClassNames[fine.Train.Labels[0]], coarse.Train.ClassNames[coarse.Train.Labels[0]]));
        Assert.Equal([99, 98, 97], fine.Train.Labels);
        Assert.Equal([0, 1, 2], coarse.Train.Labels);
        Assert.Equal([95], fine.Test.Labels);
        Assert.Equal([4], coarse.Test.Labels);
        for (int i = 0; i < 3; i++) Assert.Equal(CifarBinaryTests.Image(i).Pixels, DatasetFolder.Picture(fine.Train, i));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cifar-100-binary/")]
    public void Binary_records_have_the_coarse_label_first(string at)
    {
        folder.Write($"{at}train.bin", [.. Enumerable.Range(0, 3).SelectMany(Record)]);
        folder.Write($"{at}test.bin", Record(4));
        AssertReads("binary batches");
        folder.Write($"{at}train.bin", new byte[3073]);
        Assert.Contains("expected a multiple of 3074", folder.ErrorOf());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cifar-100-python/")]
    public void Pickles_have_both_labels(string at)
    {
        folder.Write($"{at}train", Batch(0, 1, 2));
        folder.Write($"{at}test", Batch(4));
        AssertReads("python batches");
        using Dataset fine = Open("fine");
        Assert.Equal("n2.png", fine.Train.NameOf(2));
    }

    [Fact]
    public void The_published_archive_is_read_as_it_is_whatever_a_browser_added_to_its_name()
    {
        folder.TarGz("cifar-100-python (1).tar.gz", ("cifar-100-python/train", Batch(0, 1, 2)),
            ("cifar-100-python/test", Batch(4)));
        AssertReads("python batches");
        Assert.Equal("cifar100", DatasetCatalog.Recognise(folder["cifar-100-python (1).tar.gz"])?.Name);
    }

    [Fact]
    public void Parquet_files_have_a_column_for_each_labelling()
    {
        folder.Write("cifar100/train-00000-of-00001.parquet", Parquet(0, 1, 2));
        folder.Write("cifar100/test-00000-of-00001.parquet", Parquet(4));
        AssertReads("parquet (Hugging Face)");
    }

    [Fact]
    public void Neither_set_is_taken_for_the_other_nor_a_folder_called_train_for_a_batch()
    {
        folder.Write("train", Batch(0, 1, 2));
        Assert.Null(DatasetCatalog.Recognise(folder.Path));
        folder.Write("test", Batch(4));
        Assert.Contains("CIFAR-10 is not here", Assert.Throws<InputException>(() => DatasetCatalog.Open(new Choice(
            DatasetCatalog.All.Get("cifar10", "test"), new Dictionary<string, string> { ["path"] = folder.Path }))).Message);
    }

    private static byte[] Parquet(params int[] pictures) => new PictureTable("img")
    {
        Numbers = [("fine_label", [.. pictures.Select(i => 99 - i)]), ("coarse_label", pictures)],
        Pictures = [.. pictures.Select(i => Postern.Imaging.ImageFile.EncodePng(CifarBinaryTests.Image(i)))],
    }.File();
}
