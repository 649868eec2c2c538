using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public class ImageFolderTests
{
    [Theory]
    [InlineData("", "train", "test", "image folder, train/ and test/")]
    [InlineData("", "Train", "valid", "image folder, Train/ and valid/")]
    [InlineData("", "training", "validation", "image folder, training/ and validation/")]
    [InlineData("", "train", "val", "image folder")]
    [InlineData("wrapped/", "train", "val", "image folder, in wrapped/")]
    [InlineData("two/wrappers/", "train", "test", "image folder, in two/wrappers/, two/wrappers/train/ and two/wrappers/test/")]
    public void Splits_are_found_under_their_usual_names_and_in_a_folder_of_their_own(
        string wrapper, string train, string test, string layout)
    {
        using var folder = new DatasetFolder();
        Lay(folder, $"{wrapper}{train}/dog/1.png", $"{wrapper}{train}/cat/1.png", $"{wrapper}{train}/cat/2.png",
            $"{wrapper}{test}/dog/1.png");
        folder.Write("readme.txt", "about the set");
        using Dataset set = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal(("folder", layout, 24, 24), (set.Name, set.Layout, set.Train.Size, set.InputSize));
        Assert.Equal([0, 0, 1], set.Train.Labels);
        Assert.Equal([1], set.Test.Labels);
        Assert.Equal(["cat", "dog"], set.Train.ClassNames);
    }

    [Fact]
    public void A_set_is_found_beside_other_folders_and_beside_annotations_that_lie_as_it_does()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "ILSVRC/Data/CLS-LOC/train/a/1.png", "ILSVRC/Data/CLS-LOC/train/b/2.png", "ILSVRC/Data/CLS-LOC/val/v1.png",
            "ILSVRC/Data/CLS-LOC/val/v2.png");
        folder.Write("ILSVRC/Annotations/CLS-LOC/train/a/1.xml", "<a/>");
        folder.Write("ILSVRC/Annotations/CLS-LOC/val/v1.xml", "<a/>");
        folder.Write("ILSVRC/ImageSets/CLS-LOC/val.txt", "v1 1\nv2 2\n");
        folder.Write("LOC_val_solution.csv", "ImageId,PredictionString\nv1,b 1 2 3 4\nv2,a 1 2 3 4\n");
        using Dataset set = Open(folder, ("size", "24"));
        Assert.Equal([1, 0], set.Test.Labels);
        Assert.Equal([0, 1], set.Train.Labels);
        Lay(folder, "other/Data/set/train/a/1.png");
        Assert.Contains("there are several sets in it, in ILSVRC/Data/CLS-LOC/ and in other/Data/set/",
            Assert.Throws<InputException>(() => Open(folder, ("size", "24"))).Message);
    }

    [Fact]
    public void A_class_folder_without_a_picture_that_is_read_says_what_it_has_instead()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", "test/a/1.png");
        folder.Write("train/b/1.tif", "II*\0 and so on");
        folder.Write("train/b/more/2.TIF", "II*\0 and so on");
        Assert.Contains("train/b: the class folder has no pictures, only files that Postern does not read (.tif)",
            Assert.Throws<InputException>(() => Open(folder, ("size", "24"))).Message);
    }

    [Fact]
    public void Small_pictures_keep_their_pixels_at_their_own_size_and_are_resized_to_another()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", "test/a/1.png");
        byte[] own = ImageFile.Decode(Small("train/a/1.png"), "1.png").Pixels;
        using Dataset set = Open(folder, ("size", "24")), larger = Open(folder, ("size", "32"));
        Assert.Equal(own, DatasetFolder.Picture(set.Train, 0));
        Assert.Equal(Resampling.Bilinear(new RgbImage(24, 24, own), 32, 32).Pixels, DatasetFolder.Picture(larger.Train, 0));
    }

    [Fact]
    public void Without_a_size_the_error_says_which_one_the_pictures_have()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", "test/a/1.png");
        Assert.Equal(
            "study.yaml:1:2: folder needs 'size', the side of the model's input; by the pictures that are there: size: 24",
            Assert.Throws<InputException>(() => Open(folder)).Message);
    }

    [Fact]
    public void Photographs_laid_out_as_imagenet_are_imagenet_and_elsewhere_are_taken_at_224()
    {
        using var folder = new DatasetFolder();
        byte[] photograph = ImageFile.EncodePng(ImageFileTests.Noise(300, 200, seed: 1));
        folder.Zip("imagenet.zip", ("train/a/1.png", photograph), ("val/a/1.png", photograph));
        folder.Zip("other.zip", ("train/a/1.png", photograph), ("test/a/1.png", photograph));
        Assert.Equal("imagenet", DatasetCatalog.Recognise(folder["imagenet.zip"])!.Name);
        Choice other = DatasetCatalog.ChoiceAt(folder["other.zip"]);
        Assert.Equal(("folder", 224), (other.Name, other.Integer("size")));
    }

    [Fact]
    public void The_only_archive_of_a_folder_is_its_dataset_and_of_two_neither_is_taken()
    {
        using var folder = new DatasetFolder();
        byte[] photograph = ImageFile.EncodePng(ImageFileTests.Noise(300, 200, seed: 1));
        folder.Write("classes.txt", "a");
        folder.Zip("imagenet.zip", ("train/a/1.png", photograph), ("val/a/1.png", photograph));
        Choice found = DatasetCatalog.ChoiceAt(folder.Path);
        Assert.Equal(("imagenet", folder["imagenet.zip"]), (found.Name, found.Values["path"]));
        folder.Zip("other.zip", ("train/a/1.png", photograph), ("test/a/1.png", photograph));
        Assert.Contains("no dataset is recognised here", folder.ErrorOf());
    }

    [Fact]
    public void Class_folders_are_read_at_any_depth_and_pictures_whatever_their_ending()
    {
        using var folder = new DatasetFolder();
        byte[] jpeg = ImageFile.EncodeJpeg(ImageFileTests.Noise(24, 24, seed: 1), 90);
        Lay(folder, "train/cat/1.png", "train/cat/more/deeper/2.PNG", "train/dog/3.png", "test/cat/1.png");
        foreach (string name in new[] { "4.jpe", "5.jfif", "6.odd", "7", "8.tif.jpg" }) folder.Write($"train/dog/{name}", jpeg);
        folder.Write("train/dog/9.pgm", [.. "P5\n24 24\n255\n"u8, .. new byte[24 * 24]]);
        folder.Write("train/dog/10.tif", "II*\0 and so on"u8.ToArray());
        folder.Write("train/dog/list.csv", "BM is how bitmaps begin, and this text");
        folder.Write("train/dog/empty", []);
        folder.Write("train/loose.png", Small("loose"));
        using Dataset set = Open(folder, ("size", "24"));
        Assert.Equal(["train/cat/1.png", "train/cat/more/deeper/2.PNG", "train/dog/3.png", "train/dog/4.jpe", "train/dog/5.jfif",
            "train/dog/6.odd", "train/dog/7", "train/dog/8.tif.jpg", "train/dog/9.pgm"],
            Enumerable.Range(0, set.Train.Count).Select(set.Train.NameOf).Order(StringComparer.Ordinal));
        for (int i = 0; i < set.Train.Count; i++) DatasetFolder.Picture(set.Train, i);
        string note = Assert.Single(set.Notes, n => n.StartsWith("passed over: "));
        Assert.Contains("3 files that are no pictures Postern reads (1 without ending, 1 .csv, 1 .tif", note);
        Assert.Contains("1 pictures outside the class folders (such as train/loose.png)", note);
        Assert.Contains("convert .tif to PNG", note);
    }

    [Fact]
    public void A_hidden_folder_with_a_picture_is_no_class_and_shifts_no_number()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/.ipynb_checkpoints/1.png", "train/cat/1.png", "train/cat/._1.png", "train/dog/1.png", "val/cat/1.png",
            "val/__MACOSX/1.png", "val/dog/1.png");
        using Dataset set = Open(folder, ("size", "24"));
        Assert.Equal(["cat", "dog"], set.Train.ClassNames);
        Assert.Equal([0, 1], set.Train.Labels);
        Assert.Equal([0, 1], set.Test.Labels);
        Assert.Contains("3 hidden or system files and folders (such as val/__MACOSX)", Assert.Single(set.Notes));
    }

    [Theory]
    [InlineData("train/cat/9.png")]
    [InlineData("train/bird")]
    [InlineData("val")]
    public void A_link_to_nothing_where_data_should_be_is_an_error_that_names_it_before_anything_is_read(string link)
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/cat/1.png", "test/cat/1.png");
        File.CreateSymbolicLink(folder[link], "/nowhere/at/all");
        string message = Assert.Throws<InputException>(() => Open(folder, ("size", "24"))).Message;
        Assert.StartsWith($"{folder[link]}: is a link to something that is not there", message);
    }

    [Fact]
    public void The_test_split_is_the_first_that_has_labels_unless_the_study_says_which()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", "train/b/1.png", "test/images/1.png", "valid/b/1.png", "val/a/1.png");
        using (Dataset set = Open(folder, ("size", "24")))
        {
            Assert.Equal([0], set.Test.Labels);
            Assert.Contains("test/ is not used: the test split is val/", set.Notes);
        }
        using Dataset chosen = Open(folder, ("size", "24"), ("test", "valid"));
        Assert.Equal([1], chosen.Test.Labels);
        Assert.Contains("test is 'vlid', but there is no such folder beside train/",
            Assert.Throws<InputException>(() => Open(folder, ("size", "24"), ("test", "vlid"))).Message);
    }

    [Fact]
    public void Equal_looking_names_are_one_class_however_they_are_composed()
    {
        using var folder = new DatasetFolder();
        string composed = "Fu\u00dfg\u00e4nger", decomposed = "Fu\u00dfga\u0308nger";
        Lay(folder, $"train/{composed}/1.png", "train/Stop/1.png", $"val/{decomposed}/1.png", "val/Stop/1.png");
        using Dataset set = Open(folder, ("size", "24"), ("classes", folder.Write("list.txt", $"Stop\n{decomposed}\n")));
        Assert.Equal([1, 0], set.Train.Labels);
        Assert.Equal([1, 0], set.Test.Labels);
        using Dataset plain = Open(folder, ("size", "24"));
        Assert.Equal(plain.Train.Labels, plain.Test.Labels);
    }

    [Theory]
    [InlineData("0 1 10 11 2", "class 2 is folder '10', so that target: 2 means that folder")]
    [InlineData("1 12 3", "class 1 is folder '12'")]
    [InlineData("00 01 02", null)]
    [InlineData("1 2 b", null)]
    public void Numeric_folders_that_sort_unlike_their_numbers_are_told_of(string names, string? expected)
    {
        using var folder = new DatasetFolder();
        foreach (string name in names.Split(' ')) Lay(folder, $"train/{name}/1.png", $"val/{name}/1.png");
        using Dataset set = Open(folder, ("size", "24"));
        Assert.Equal(names.Split(' '), set.Train.ClassNames);
        if (expected is null) Assert.Empty(set.Notes);
        else Assert.Contains(expected, Assert.Single(set.Notes));
    }

    [Fact]
    public void A_split_without_another_is_an_error_that_says_what_to_do()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "half/train/cat/1.png");
        Assert.Contains("there is no test split beside it", Assert.Throws<InputException>(
            () => Open(folder["half"], ("size", "24"))).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrapped/flowers/")]
    public void Class_folders_without_splits_are_split_by_a_seed_and_a_share_of_each_class(string wrapper)
    {
        using var folder = new DatasetFolder();
        foreach (string name in new[] { "cat", "dog" })
            Lay(folder, [.. Enumerable.Range(0, 10).Select(i => $"{wrapper}{name}/{i}.png")]);
        Choice found = DatasetCatalog.ChoiceAt(folder.Path);
        Assert.Equal(("folder", "24"), (found.Name, found.Values["size"]));
        using Dataset set = DatasetCatalog.Open(found);
        Assert.Equal((16, 4), (set.Train.Count, set.Test.Count));
        Assert.Equal([0, 0, 1, 1], set.Test.Labels);
        Assert.Contains("4 of 20 pictures, 20% of each class, are the test pictures, drawn with seed 0", set.Notes[0]);
        Assert.Equal(20, Names(set).Distinct().Count());
        using (Dataset again = Open(folder, ("size", "24"))) Assert.Equal(Names(set), Names(again));
        using (Dataset other = Open(folder, ("size", "24"), ("split_seed", "1"))) Assert.NotEqual(Names(set), Names(other));
        using (Dataset half = Open(folder, ("size", "24"), ("test_share", "0.5")))
            Assert.Equal((10, 10), (half.Train.Count, half.Test.Count));
        Assert.Equal(new DatasetScale(16, 4, 24, 2), DatasetCatalog.Counted(found));

        static string[] Names(Dataset dataset) => [.. new[] { dataset.Train, dataset.Test }
            .SelectMany(s => Enumerable.Range(0, s.Count).Select(s.NameOf))];
    }

    [Fact]
    public void Folders_of_which_one_has_no_pictures_are_no_class_folders()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "cat/1.png", "dog/1.png");
        folder.Write("notes/todo.txt", "nothing");
        Assert.Contains("no dataset is recognised here", folder.ErrorOf());
    }

    [Fact]
    public void A_dry_run_counts_the_names_that_are_there()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", "train/b/1.png", "train/b/2.png", "test/a/1.png");
        Assert.Equal(new DatasetScale(3, 1, 24, 2), DatasetCatalog.ScaleOf(ChoiceOf(folder.Path, ("size", "24"))));
        Assert.Equal(new DatasetScale(2, 1, 24, 2),
            DatasetCatalog.ScaleOf(ChoiceOf(folder.Path, ("size", "24"), ("train_subset", "2"))));
    }

    [Fact]
    public void The_lines_for_a_study_open_the_same_set()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "it's a set/train/a/1.png", "it's a set/test/a/1.png");
        Choice choice = DatasetCatalog.ChoiceAt(folder["it's a set"]);
        string place = Path.GetFullPath(folder["it's a set"]).Replace("'", "''");
        Assert.Equal($"datasets:\n  - {{name: folder, path: '{place}', size: 24}}", StudyLines.Of(choice));
        Assert.Equal("datasets:\n  - {name: signs}", StudyLines.Of(DatasetCatalog.ChoiceAt("signs")));
    }

    internal static Dataset Open(DatasetFolder folder, params (string Key, string Value)[] options) => Open(folder.Path, options);

    internal static Dataset Open(string path, params (string Key, string Value)[] options) =>
        DatasetCatalog.Open(ChoiceOf(path, options));

    /// <summary>Writes a small square picture of its own under each name.</summary>
    internal static void Lay(DatasetFolder folder, params string[] names)
    {
        foreach (string name in names) folder.Write(name, Small(name));
    }

    private static Choice ChoiceOf(string path, params (string Key, string Value)[] options) =>
        new(DatasetCatalog.All.Find("folder")!, options.Append(("path", path)).ToDictionary(o => o.Item1, o => o.Item2),
            "study.yaml:1:2");

    private static byte[] Small(string name) =>
        ImageFile.EncodePng(ImageFileTests.Noise(24, 24, seed: name.Sum(c => c) + name.Length));
}
