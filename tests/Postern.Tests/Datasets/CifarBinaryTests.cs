using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public class CifarBinaryTests
{
    [Fact]
    public void Records_are_read_in_order_and_counted_by_the_files_size()
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        using Dataset cifar = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal("CIFAR-10 binary batches", cifar.Layout);
        Assert.Equal((10, 3, 10, 32), (cifar.Train.Count, cifar.Test.Count, cifar.Classes, cifar.InputSize));
        // Batch b has pictures 2b and 2b + 1, and picture i has label i mod 10.
        Assert.Equal(Enumerable.Range(0, 10), cifar.Train.Labels);
        for (int i = 0; i < 10; i++) Assert.Equal(Image(i).Pixels, DatasetFolder.Picture(cifar.Train, i));
        Assert.Equal(Image(52).Pixels, DatasetFolder.Picture(cifar.Test, 2));
        Assert.Equal("data_batch_3.bin#1", cifar.Train.NameOf(5));
    }

    [Fact]
    public void The_published_archive_gives_the_same_pictures_as_its_folder()
    {
        using DatasetFolder plain = new(), packed = new();
        Fill(plain, "cifar-10-batches-bin/");
        packed.TarGz("cifar-10-binary.tar.gz", [.. Directory.GetFiles(plain["cifar-10-batches-bin"])
            .Select(f => ("cifar-10-batches-bin/" + Path.GetFileName(f), File.ReadAllBytes(f)))]);
        using Dataset one = DatasetCatalog.OpenPath(plain.Path), two = DatasetCatalog.OpenPath(packed.Path);
        Assert.Equal(one.Train.Fingerprint, two.Train.Fingerprint);
        Assert.Equal(one.Test.Fingerprint, two.Test.Fingerprint);
    }

    [Fact]
    public void A_single_batch_stands_for_its_folder()
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        using Dataset cifar = DatasetCatalog.OpenPath(folder["data_batch_4.bin"]);
        Assert.Equal(10, cifar.Train.Count);
    }

    [Theory]
    [InlineData("data_batch_3.bin")]
    [InlineData("test_batch.bin")]
    public void A_missing_batch_is_an_error_that_names_it(string file)
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        File.Delete(folder[file]);
        Assert.Contains($"{file}: the file is missing", folder.ErrorOf());
    }

    [Fact]
    public void A_batch_cut_short_is_an_error_that_names_it()
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        folder.Write("data_batch_2.bin", new byte[3073 + 100]);
        Assert.Contains("data_batch_2.bin: has 3173 bytes", folder.ErrorOf());
    }

    [Fact]
    public void A_label_out_of_range_is_an_error_that_names_file_and_record()
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        folder.Write("data_batch_2.bin", [.. Record(0), .. new byte[] { 10 }, .. new byte[3072]]);
        Assert.Contains("data_batch_2.bin: record 1 has label 10", folder.ErrorOf());
    }

    [Fact]
    public void Class_names_come_from_the_meta_file_which_must_have_ten()
    {
        using var folder = new DatasetFolder();
        Fill(folder, "");
        folder.Write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        using (Dataset cifar = DatasetCatalog.OpenPath(folder.Path)) Assert.Equal("j", cifar.Train.ClassNames[9]);
        folder.Write("batches.meta.txt", "a\nb\n");
        Assert.Contains("names 2 classes", folder.ErrorOf());
    }

    internal static RgbImage Image(int index) => ImageFileTests.Noise(32, 32, seed: index);

    internal static byte[] Record(int index) => [(byte)(index % 10), .. Image(index).Pixels];

    private static void Fill(DatasetFolder folder, string below)
    {
        for (int b = 0; b < 5; b++) folder.Write($"{below}data_batch_{b + 1}.bin", [.. Record(2 * b), .. Record(2 * b + 1)]);
        folder.Write($"{below}test_batch.bin", [.. Record(50), .. Record(51), .. Record(52)]);
    }
}
