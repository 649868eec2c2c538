using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public class ImageNetTests
{
    [Fact]
    public void A_forecast_counts_the_pictures_that_are_there_and_says_where_it_guesses()
    {
        using var folder = new DatasetFolder();
        foreach (string name in new[] { "train/a/1.png", "train/b/1.png", "train/b/2.png", "val/a/1.png" })
            folder.Write(name, ImageFile.EncodePng(new RgbImage(300, 300)));
        DatasetScale counted = DatasetCatalog.Counted(Choose(folder.Path));
        Assert.Equal((3, 1, 2, 256, null), (counted.Train, counted.Test, counted.Classes, counted.StoredSize, counted.Guess));
        DatasetScale published = DatasetCatalog.Counted(Choose(folder["gone"]));
        Assert.Equal(1_281_167, published.Train);
        Assert.Contains("not there", published.Guess);

        static Choice Choose(string path) => new(new ImageNet(), new Dictionary<string, string> { ["path"] = path });
    }

    [Fact]
    public void A_folder_and_a_zip_of_it_give_the_same_pictures()
    {
        using var folder = new DatasetFolder();
        (string Name, byte[] Content)[] files = Files();
        foreach ((string name, byte[] content) in files) folder.Write($"plain/{name}", content);
        folder.Zip("packed.zip", files);
        using Dataset plain = DatasetCatalog.OpenPath(folder["plain"]), packed = DatasetCatalog.OpenPath(folder["packed.zip"]);
        Assert.Equal(("image folder", "image folder in an archive"), (plain.Layout, packed.Layout));
        Assert.Equal((256, 224, 2), (plain.Train.Size, plain.InputSize, plain.Classes));
        Assert.Equal([0, 0, 1], plain.Train.Labels);
        Assert.Equal([0, 1], packed.Test.Labels);
        Assert.Equal(plain.Train.Fingerprint, packed.Train.Fingerprint);
        for (int i = 0; i < 3; i++) Assert.Equal(DatasetFolder.Picture(plain.Train, i), DatasetFolder.Picture(packed.Train, i));
        Assert.Equal("train/n02/a.png", packed.Train.NameOf(2));
    }

    [Fact]
    public void Pictures_are_resized_to_256_with_the_aspect_ignored()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", Files());
        using Dataset set = DatasetCatalog.OpenPath(folder["set.zip"]);
        Assert.Equal(Resampling.Bilinear(Image(1), 256, 256).Pixels, DatasetFolder.Picture(set.Train, 1));
    }

    [Fact]
    public void Tests_crop_as_DeiT_and_Vim_do_unless_told_to_see_the_whole_as_MambaOut_does()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", Files());
        using Dataset usual = DatasetCatalog.OpenPath(folder["set.zip"]), whole = With("1.0");
        Assert.Equal((0.875, 1.0), (usual.TestCrop, whole.TestCrop));
        Assert.Contains("test_crop is 1.5", Assert.Throws<InputException>(() => With("1.5")).Message);

        Dataset With(string crop) => DatasetCatalog.Open(new Choice(new ImageNet(), new Dictionary<string, string>
        {
            ["path"] = folder["set.zip"],
            ["test_crop"] = crop,
        }));
    }

    [Fact]
    public void Many_threads_read_one_zip_without_harm()
    {
        using var folder = new DatasetFolder();
        folder.Zip(
            "set.zip", [.. Enumerable.Range(0, 24).Select(i => ($"val/c{i % 3}/{i:d2}.png", ImageFile.EncodePng(Image(i))))]);
        using Dataset set = DatasetCatalog.OpenPath(folder["set.zip"]);
        byte[][] alone = [.. Enumerable.Range(0, 24).Select(i => DatasetFolder.Picture(set.Test, i))];
        byte[][] together = new byte[96][];
        Parallel.For(0, 96, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i => together[i] = DatasetFolder.Picture(set.Test, i % 24));
        for (int i = 0; i < 96; i++) Assert.Equal(alone[i % 24], together[i]);
    }

    [Fact]
    public void With_val_alone_both_splits_come_from_it_and_the_layout_says_so()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", [.. Files().Where(f => f.Name.StartsWith("val/"))]);
        using Dataset set = DatasetCatalog.OpenPath(folder["set.zip"]);
        Assert.Contains("only val/", set.Layout);
        Assert.Equal((2, 2), (set.Train.Count, set.Test.Count));
    }

    [Fact]
    public void Entries_that_climb_out_of_the_archive_are_left_out()
    {
        using var folder = new DatasetFolder();
        byte[] png = ImageFile.EncodePng(Image(9));
        folder.Zip("set.zip", [.. Files(), ("../val/n01/evil.png", png), ("val/../val/n01/evil.png", png),
            ("/val/n01/evil.png", png), ("..\\val\\n01\\evil.png", png), ("C:\\val\\n01\\evil.png", png)]);
        using Dataset set = DatasetCatalog.OpenPath(folder["set.zip"]);
        Assert.Equal(["val/n01/x.png", "val/n02/x.jpg"], Enumerable.Range(0, set.Test.Count).Select(set.Test.NameOf));
    }

    [Fact]
    public void A_zip_without_pictures_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", ("readme.txt", [1]));
        Assert.Contains("set.zip: there is no folder val/", folder.ErrorOf(folder["set.zip"]));
    }

    [Fact]
    public void An_empty_class_folder_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        foreach ((string name, byte[] content) in Files()) folder.Write(name, content);
        folder.Write("train/n00/readme.txt", "no picture");
        Assert.Contains("train/n00: the class folder has no pictures", folder.ErrorOf());
    }

    [Fact]
    public void A_class_that_is_only_in_val_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", [.. Files(), ("val/n03/a.png", ImageFile.EncodePng(Image(0)))]);
        Assert.Contains("val/n03: this class is in val/ but not in train/", folder.ErrorOf(folder["set.zip"]));
    }

    [Fact]
    public void A_damaged_picture_is_an_error_that_names_it_when_it_is_read()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", [.. Files(), ("val/n02/bad.png", [.. ImageFile.EncodePng(Image(0))[..200]])]);
        using Dataset set = DatasetCatalog.OpenPath(folder["set.zip"]);
        string message = Assert.Throws<InputException>(() => DatasetFolder.Picture(set.Test, 1)).Message;
        Assert.StartsWith($"{folder["set.zip"]}:val/n02/bad.png: ", message);
    }

    [Fact]
    public void Shortest_keeps_the_aspect_and_the_middle_as_the_official_evaluation_does()
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", Files());
        using Dataset set = Open(folder["set.zip"], ("resize", "shortest"));
        // Picture 1 is 41x30: its shorter side becomes 256, its longer one 349; the middle 256 begin at column round(46.5) = 46.
        RgbImage wide = Resampling.Resize(Image(1), 349, 256, Interpolation.Bicubic);
        byte[] found = DatasetFolder.Picture(set.Train, 1);
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < 256; y++)
                for (int x = 0; x < 256; x++) Assert.Equal(wide[c, y, 46 + x], found[(c * 256 + y) * 256 + x]);
    }

    [Theory]
    [InlineData("n00\t0\tzero\nn01\t1\tone thing\nn02\t2\ttwo\nn03\t3\tthree\n", "one thing")]
    [InlineData("n00 zero\nn01 one thing\n\nn02 two\nn03 three", "one thing")]
    [InlineData("n00\nn01\nn02\nn03\n", "n01")]
    [InlineData("n00 0\r\nn01 1\r\nn02 2\r\nn03 3\r\n", "n01")]
    public void A_list_of_classes_numbers_and_names_a_part_of_the_folders_as_the_whole(string text, string nameOfOne)
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", Files());
        using Dataset set = Open(folder["set.zip"], ("classes", folder.Write("classes.txt", text)));
        Assert.Equal(4, set.Classes);
        Assert.Equal([1, 1, 2], set.Train.Labels);
        Assert.Equal([1, 2], set.Test.Labels);
        Assert.Equal(nameOfOne, set.Test.ClassNames[1]);
        using Dataset without = DatasetCatalog.OpenPath(folder["set.zip"]);
        Assert.NotEqual(without.Test.Fingerprint, set.Test.Fingerprint);
    }

    [Theory]
    [InlineData("n01\n", "set.zip:val/n02: this class is in val/ but not in ")]
    [InlineData("n01\nn02\nn01\n", "class 2: the folder 'n01' is named twice")]
    [InlineData("n01 1 one\nn02 2 two\n",
        "class 0: the second column says 1; the classes must stand in the order of their numbers")]
    [InlineData(" \n", "classes.txt: there are no classes in it")]
    public void A_list_of_classes_that_does_not_fit_is_an_error_that_says_where(string text, string expected)
    {
        using var folder = new DatasetFolder();
        folder.Zip("set.zip", Files());
        string list = folder.Write("classes.txt", text);
        string message = Assert.Throws<InputException>(() => Open(folder["set.zip"], ("classes", list))).Message;
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    private static Dataset Open(string path, (string Key, string Value) option)
    {
        IDatasetEntry entry = DatasetCatalog.All.OfType<ImageNet>().Single();
        return entry.Open(new Choice(entry, new Dictionary<string, string> { ["path"] = path, [option.Key] = option.Value }));
    }

    private static RgbImage Image(int index) => ImageFileTests.Noise(40 + index, 30, seed: index);

    private static (string Name, byte[] Content)[] Files() =>
    [
        ("train/n02/a.png", ImageFile.EncodePng(Image(2))),
        ("train/n01/b.PNG", ImageFile.EncodePng(Image(1))),
        ("train/n01/a.ppm", DatasetFolder.PpmOf(Image(0))),
        ("train/n01/notes.txt", [1, 2]),
        ("val/n02/x.jpg", ImageFile.EncodePng(Image(4))),
        ("val/n01/x.png", ImageFile.EncodePng(Image(3))),
    ];
}
