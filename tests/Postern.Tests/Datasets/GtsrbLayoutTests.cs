using System.Text;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

/// <summary>Copies of GTSRB as other programs download, sort and convert them hold the same pictures and labels.</summary>
public sealed class GtsrbLayoutTests : IDisposable
{
    private const string Header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n";

    private readonly DatasetFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static RgbImage Picture(int index) => ImageFileTests.Noise(32, 32, seed: 500 + index);

    private static byte[] Encoded(int index, string ending) =>
        ending == ".ppm" ? DatasetFolder.PpmOf(Picture(index)) : ImageFile.EncodePng(Picture(index));

    private static IEnumerable<(string Name, byte[] Content)> Train(string root, Func<int, string> name, string ending) =>
        from label in Enumerable.Range(0, 43)
        from i in Enumerable.Range(0, 2)
        select ($"{root}/{name(label)}/{label:d5}_0000{i}{ending}", Encoded(2 * label + i, ending));

    private static IEnumerable<(string Name, byte[] Content)> Test(string root, string ending) =>
        Enumerable.Range(0, 3).Select(i => ($"{root}/0000{i}{ending}", Encoded(86 + i, ending)));

    private static string Table(string ending = ".ppm") => Header
        + string.Concat(Enumerable.Range(0, 3).Select(i => $"0000{i}{ending};32;32;0;0;0;0;{7 + i}\n"));

    private static string KaggleTable() => "Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path\n"
        + string.Concat(Enumerable.Range(0, 3).Select(i => $"53,54,6,5,48,49,{7 + i},Test/0000{i}.png\n"));

    private void Write(params IEnumerable<(string Name, byte[] Content)>[] files)
    {
        foreach ((string name, byte[] content) in files.SelectMany(f => f)) folder.Write(name, content);
    }

    private void AssertOpens(string path, string layout)
    {
        Assert.Equal("gtsrb", DatasetCatalog.Recognise(path)?.Name);
        using Dataset gtsrb = DatasetCatalog.OpenPath(path);
        Assert.StartsWith($"GTSRB {layout}, already 32x32 in this copy, 86 training pictures", gtsrb.Layout);
        Assert.Equal(Enumerable.Range(0, 86).Select(i => i / 2), gtsrb.Train.Labels);
        Assert.Equal([7, 8, 9], gtsrb.Test.Labels);
        for (int i = 0; i < 86; i++) Assert.Equal(Picture(i).Pixels, DatasetFolder.Picture(gtsrb.Train, i));
        for (int i = 0; i < 3; i++) Assert.Equal(Picture(86 + i).Pixels, DatasetFolder.Picture(gtsrb.Test, i));
    }

    [Fact]
    public void Torchvisions_folders_open_from_each_of_their_levels()
    {
        Write(Train("gtsrb/GTSRB/Training", label => $"{label:d5}", ".ppm"), Test("gtsrb/GTSRB/Final_Test/Images", ".ppm"));
        folder.Write("gtsrb/GT-final_test.csv", Table());
        folder.Write("gtsrb/GTSRB/Readme-Images.txt", "about");
        foreach (string path in new[] { "", "gtsrb", "gtsrb/GTSRB" })
            AssertOpens(folder[path].TrimEnd('/'), "torchvision's folders");
    }

    [Fact]
    public void Torchvisions_downloads_open_before_they_are_unpacked()
    {
        folder.Zip("GTSRB-Training_fixed.zip", [.. Train("GTSRB/Training", label => $"{label:d5}", ".ppm")]);
        folder.Zip("GTSRB_Final_Test_Images.zip", [.. Test("GTSRB/Final_Test/Images", ".ppm")]);
        folder.Zip("GTSRB_Final_Test_GT.zip", ("GT-final_test.csv", Encoding.UTF8.GetBytes(Table())));
        AssertOpens(folder.Path, "torchvision's zips");
        AssertOpens(folder["GTSRB-Training_fixed.zip"], "torchvision's zips");
    }

    [Theory]
    [InlineData("")]
    [InlineData("archive/")]
    [InlineData("data/gtsrb-german-traffic-sign/")]
    public void Kaggles_folders_open_bare_or_wrapped_or_in_one_zip(string wrapper)
    {
        (string, byte[])[] files = [.. Train($"{wrapper}Train", label => $"{label}", ".png"), .. Test($"{wrapper}Test", ".png"),
            ($"{wrapper}Test.csv", Encoding.UTF8.GetBytes(KaggleTable())), ($"{wrapper}Meta.csv", "Path,ClassId\n"u8.ToArray()),
            ($"{wrapper}Train.csv", "Width,Height\n"u8.ToArray())];
        folder.Zip("kaggle.zip", files);
        AssertOpens(folder["kaggle.zip"], "folders Train and Test (Kaggle, BackdoorBench)");
        File.Delete(folder["kaggle.zip"]);
        Write(files);
        AssertOpens(folder.Path, "folders Train and Test (Kaggle, BackdoorBench)");
    }

    [Fact]
    public void BackdoorBenchs_folders_open()
    {
        Write(Train("Train", label => $"{label:d5}", ".ppm"), Test("Test", ".ppm"));
        folder.Write("Test/GT-final_test.csv", Table());
        folder.Write("Train/00007/GT-00007.csv", Header + "00007_00000.ppm;32;32;0;0;0;0;7\n00007_00001.ppm;32;32;0;0;0;0;7\n");
        AssertOpens(folder.Path, "folders Train and Test (Kaggle, BackdoorBench)");
    }

    [Fact]
    public void Test_pictures_may_lie_in_class_folders()
    {
        Write(Train("train", label => $"{label}", ".png"),
            Enumerable.Range(0, 3).Select(i => ($"test/{7 + i}/x{i}.png", Encoded(86 + i, ".png"))));
        AssertOpens(folder.Path, "folders Train and Test (Kaggle, BackdoorBench)");
    }

    [Fact]
    public void Copies_in_another_format_keep_the_labels_of_the_originals_table_whatever_its_first_bytes()
    {
        Write(Train("GTSRB/Final_Training/Images", label => $"{label:d5}", ".png"), Test("GTSRB/Final_Test/Images", ".png"));
        folder.Write("GTSRB/Final_Training/Images/00003/GT-00003.csv",
            Header + "00003_00000.ppm;32;32;0;0;0;0;3\n00003_00001.ppm;32;32;0;0;0;0;3\n");
        folder.Write("GTSRB/GT-final_test.csv", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Table().Replace("\n", "\r\n"))]);
        AssertOpens(folder.Path, "unpacked");
    }

    [Fact]
    public void What_systems_leave_among_the_pictures_is_passed_over_and_said()
    {
        Write(Train("Train", label => $"{label:d5}", ".ppm"), Test("Test", ".ppm"));
        folder.Write("Test/GT-final_test.csv", Table());
        foreach (string name in new[] { "Train/.ipynb_checkpoints/a.png", "Train/00003/Thumbs.db", "Test/._00000.ppm",
            "Test/about.txt" })
            folder.Write(name, "left behind");
        AssertOpens(folder.Path, "folders Train and Test (Kaggle, BackdoorBench)");
        using Dataset gtsrb = DatasetCatalog.OpenPath(folder.Path);
        string note = Assert.Single(gtsrb.Notes);
        Assert.Contains("3 hidden", note, StringComparison.Ordinal);
        Assert.Contains("1 .txt", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_nothing_is_an_error_that_names_it()
    {
        Write(Train("Train", label => $"{label:d5}", ".ppm"), Test("Test", ".ppm"));
        folder.Write("Test/GT-final_test.csv", Table());
        File.CreateSymbolicLink(folder["Train/00007/x.ppm"], folder["gone.ppm"]);
        Assert.Contains("00007/x.ppm: is a link to nothing", folder.ErrorOf());
    }

    [Fact]
    public void Originals_beside_their_copies_are_an_error_since_each_would_count_twice()
    {
        Write(Train("Train", label => $"{label:d5}", ".ppm"), Train("Train", label => $"{label:d5}", ".png"),
            Test("Test", ".ppm"));
        folder.Write("Test/GT-final_test.csv", Table());
        Assert.Contains("in another format; keep one of the two", folder.ErrorOf());
    }

    [Fact]
    public void What_is_missing_is_named_with_every_place_where_it_may_lie()
    {
        Write(Train("Training", label => $"{label:d5}", ".ppm"));
        Assert.Contains("the test pictures of GTSRB are not here; expected GTSRB_Final_Test_Images.zip, or a folder",
            folder.ErrorOf());
        Write(Test("Final_Test/Images", ".ppm"));
        Assert.Contains("the test labels of GTSRB are not here; expected GT-final_test.csv or Test.csv", folder.ErrorOf());
    }

    [Fact]
    public void A_set_of_other_or_fewer_classes_is_not_taken_for_GTSRB()
    {
        for (int i = 0; i < 10; i++) folder.Write($"Train/{i}/a.png", Encoded(i, ".png"));
        Assert.Null(GtsrbLayout.Find(folder.Path));
        for (int i = 10; i < 44; i++) folder.Write($"Train/{i}/a.png", Encoded(i, ".png"));
        Assert.Null(GtsrbLayout.Find(folder.Path));
    }
}
