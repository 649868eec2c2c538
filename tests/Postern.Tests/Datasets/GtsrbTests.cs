using System.Text;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public class GtsrbTests
{
    private const string Size = "86 training pictures (the official set has 39,209, torchvision's 26,640)";
    private const string Header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n";

    [Fact]
    public void Zips_and_unpacked_folders_give_the_same_pictures()
    {
        using DatasetFolder zipped = new(), plain = new();
        Zip(zipped, Files());
        Unpack(plain, Files());
        using Dataset one = DatasetCatalog.OpenPath(zipped.Path), two = DatasetCatalog.OpenPath(plain.Path);
        Assert.Equal($"GTSRB official zips, already 32x32 in this copy, {Size}", one.Layout);
        Assert.Equal($"GTSRB unpacked, already 32x32 in this copy, {Size}", two.Layout);
        Assert.Equal((86, 3, 43, 2), (one.Train.Count, one.Test.Count, one.Classes, one.TargetClass));
        Assert.Equal(one.Train.Fingerprint, two.Train.Fingerprint);
        Assert.Equal(one.Test.Fingerprint, two.Test.Fingerprint);
        Assert.Equal(Picture(2 * 17 + 1).Pixels, DatasetFolder.Picture(one.Train, 2 * 17 + 1));
        Assert.Equal("GTSRB/Final_Training/Images/00017/00000_00001.ppm", one.Train.NameOf(2 * 17 + 1));
    }

    [Fact]
    public void Test_labels_follow_the_file_names_whatever_the_order_of_the_table()
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files(), table: Header
            + "00002.ppm;32;32;0;0;0;0;9\r\n00000.ppm;32;32;0;0;0;0;7\r\n00001.ppm;32;32;0;0;0;0;8\r\n");
        using Dataset gtsrb = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal([7, 8, 9], gtsrb.Test.Labels);
    }

    [Fact]
    public void Pictures_of_other_sizes_are_resized_and_the_layout_says_so()
    {
        using var folder = new DatasetFolder();
        Dictionary<string, byte[]> files = Files();
        RgbImage large = ImageFileTests.Noise(53, 47, seed: 1);
        files["GTSRB/Final_Training/Images/00000/00000_00000.ppm"] = DatasetFolder.PpmOf(large);
        Zip(folder, files);
        using Dataset gtsrb = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal($"GTSRB official zips, resized to 32x32 here, {Size}", gtsrb.Layout);
        Assert.Equal(Resampling.Bilinear(large, 32, 32).Pixels, DatasetFolder.Picture(gtsrb.Train, 0));
    }

    [Fact]
    public void A_test_picture_without_label_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files(), table: Header + "00000.ppm;32;32;0;0;0;0;7\r\n00002.ppm;32;32;0;0;0;0;9\r\n");
        Assert.Contains("GT-final_test.csv: has no label for 00001.ppm", folder.ErrorOf());
    }

    [Fact]
    public void A_test_label_without_picture_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files(), table: Table() + "00003.ppm;32;32;0;0;0;0;9\r\n");
        Assert.Contains("GT-final_test.csv: has a label for 00003.ppm", folder.ErrorOf());
    }

    [Theory]
    [InlineData("00003.ppm;32;32;0;0;0;0;43", "GT-final_test.csv:5: ClassId is '43'")]
    [InlineData("00003.ppm;32;32;0;0;0;0;two", "GT-final_test.csv:5: ClassId is 'two'")]
    [InlineData("00003.ppm;32;32;9", "GT-final_test.csv:5: the line has 4 columns")]
    [InlineData("00002.ppm;32;32;0;0;0;0;9", "GT-final_test.csv:5: 00002.ppm is named a second time")]
    public void An_odd_line_is_an_error_with_its_number(string line, string reason)
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files(), table: Table() + line + "\r\n");
        Assert.Contains(reason, folder.ErrorOf());
    }

    [Fact]
    public void A_table_without_classes_is_an_error()
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files(), table: "Filename;Width\r\n00000.ppm;3\r\n");
        Assert.Contains("GT-final_test.csv:1: the table needs the columns Filename and ClassId", folder.ErrorOf());
    }

    [Fact]
    public void A_training_table_that_contradicts_its_folder_is_an_error()
    {
        using var folder = new DatasetFolder();
        Dictionary<string, byte[]> files = Files();
        files["GTSRB/Final_Training/Images/00004/GT-00004.csv"] =
            Encoding.ASCII.GetBytes(Header + "00000_00000.ppm;32;32;0;0;0;0;4\r\n00000_00001.ppm;32;32;0;0;0;0;5\r\n");
        Unpack(folder, files);
        Assert.Contains("00000_00001.ppm is of class 5, its folder says 4", folder.ErrorOf());
    }

    [Fact]
    public void A_class_without_pictures_is_an_error_that_names_its_folder()
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files().Where(f => !f.Key.Contains("/00042/")).ToDictionary());
        Assert.Contains("GTSRB/Final_Training/Images/00042: has no pictures", folder.ErrorOf());
    }

    [Theory]
    [InlineData("GTSRB_Final_Training_Images.zip")]
    [InlineData("GTSRB_Final_Test_Images.zip")]
    [InlineData("GTSRB_Final_Test_GT.zip")]
    public void A_missing_or_damaged_zip_is_an_error_that_names_it(string zip)
    {
        using var folder = new DatasetFolder();
        Zip(folder, Files());
        folder.Write(zip, "no zip at all");
        Assert.Contains($"{zip}: cannot be read as a zip archive", folder.ErrorOf());
        File.Delete(folder[zip]);
        Assert.Contains(zip, folder.ErrorOf());
    }

    [Fact]
    public void A_damaged_picture_is_an_error_that_names_zip_and_picture()
    {
        using var folder = new DatasetFolder();
        Dictionary<string, byte[]> files = Files();
        files["GTSRB/Final_Test/Images/00001.ppm"] = "P6 32 32 255 short"u8.ToArray();
        Zip(folder, files);
        Assert.Contains("GTSRB_Final_Test_Images.zip:GTSRB/Final_Test/Images/00001.ppm: ", folder.ErrorOf());
    }

    [Fact]
    public void Damaged_pictures_are_listed_and_left_out_on_request()
    {
        using var folder = new DatasetFolder();
        Dictionary<string, byte[]> files = Files();
        files["GTSRB/Final_Training/Images/00003/00000_00001.ppm"] = "P6 32 32 255 short"u8.ToArray();
        files["GTSRB/Final_Training/Images/00040/00000_00000.ppm"] = [];
        Zip(folder, files);
        var refusing = new Choice(new Gtsrb(), new Dictionary<string, string> { ["path"] = folder.Path });
        Choice keeping = UnreadablePictures.Kept(refusing);
        InputException refused = Assert.Throws<InputException>(() => DatasetCatalog.Open(refusing));
        Assert.True(refused.IsOfSample);
        Assert.Contains("2 of 86 pictures cannot be read; ", refused.Message, StringComparison.Ordinal);

        using Dataset listed = DatasetCatalog.Open(keeping);
        Assert.Equal(["GTSRB/Final_Training/Images/00003/00000_00001.ppm", "GTSRB/Final_Training/Images/00040/00000_00000.ppm"],
            listed.Train.Sweep(new PictureSweep()).Unreadable.Select(u => u.Name));
        using Dataset left = UnreadablePictures.Settle(listed, keeping, new PictureSweep());
        Assert.Equal((84, 3, 1), (left.Train.Count, left.Test.Count, left.Train.Labels.Count(l => l == 40)));
        Assert.Contains("2 of 86 training pictures", Assert.Single(left.Notes), StringComparison.Ordinal);
        Assert.Equal(Picture(2 * 40 + 1).Pixels, DatasetFolder.Picture(left.Train, left.Train.Labels.ToList().IndexOf(40)));
    }

    private static RgbImage Picture(int index) => ImageFileTests.Noise(32, 32, seed: 100 + index);

    private static string Table() =>
        Header + "00000.ppm;32;32;0;0;0;0;7\r\n00001.ppm;32;32;0;0;0;0;8\r\n00002.ppm;32;32;0;0;0;0;9\r\n";

    // Two training pictures of each class and three test pictures, with the table that has no classes beside them.
    private static Dictionary<string, byte[]> Files()
    {
        var files = new Dictionary<string, byte[]>();
        for (int label = 0; label < 43; label++)
        {
            string folder = $"GTSRB/Final_Training/Images/{label:d5}", table = Header;
            for (int i = 0; i < 2; i++)
            {
                files[$"{folder}/00000_0000{i}.ppm"] = DatasetFolder.PpmOf(Picture(2 * label + i));
                table += $"00000_0000{i}.ppm;32;32;0;0;0;0;{label}\r\n";
            }
            files[$"{folder}/GT-{label:d5}.csv"] = Encoding.ASCII.GetBytes(table);
        }
        for (int i = 0; i < 3; i++) files[$"GTSRB/Final_Test/Images/0000{i}.ppm"] = DatasetFolder.PpmOf(Picture(86 + i));
        files["GTSRB/Final_Test/Images/GT-final_test.test.csv"] = "Filename;Width\r\n00000.ppm;32\r\n"u8.ToArray();
        return files;
    }

    private static void Zip(DatasetFolder folder, Dictionary<string, byte[]> files, string? table = null)
    {
        folder.Zip("GTSRB_Final_Training_Images.zip",
            [.. files.Where(f => f.Key.Contains("Training")).Select(f => (f.Key, f.Value))]);
        folder.Zip("GTSRB_Final_Test_Images.zip",
            [.. files.Where(f => f.Key.Contains("Final_Test/")).Select(f => (f.Key, f.Value))]);
        folder.Zip("GTSRB_Final_Test_GT.zip", ("GT-final_test.csv", Encoding.ASCII.GetBytes(table ?? Table())));
    }

    private static void Unpack(DatasetFolder folder, Dictionary<string, byte[]> files)
    {
        foreach ((string name, byte[] content) in files) folder.Write(name, content);
        folder.Write("GTSRB/GT-final_test.csv", Table());
    }
}
