using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Tests.Datasets;

[Trait("Category", "Data")]
public class RealImagesTests
{
    [Fact]
    [LongGroup("Data")]
    public void Cifar10_in_parquet_has_all_its_pictures_and_the_small_official_files_hold_some_of_them()
    {
        using Dataset parquet = DatasetCatalog.OpenPath(SharedMaterial.Require("data/cifar10"));
        Assert.Equal((50_000, 10_000), (parquet.Train.Count, parquet.Test.Count));
        Assert.All(DatasetSummary.Of(parquet).Train.PerClass, count => Assert.Equal(5_000, count));
        Assert.All(DatasetSummary.Of(parquet).Test.PerClass, count => Assert.Equal(1_000, count));

        using Dataset binary = DatasetCatalog.OpenPath(SharedMaterial.Require("data/cifar10-bin-small/cifar-10-batches-bin"));
        AssertAllFound(binary.Train, parquet.Train);
        AssertAllFound(binary.Test, parquet.Test);
    }

    [Fact]
    public void Binary_and_python_layouts_hold_identical_records()
    {
        using Dataset binary = DatasetCatalog.OpenPath(SharedMaterial.Require("data/cifar10-bin-small/cifar-10-batches-bin"));
        using Dataset python = DatasetCatalog.OpenPath(SharedMaterial.Require("data/cifar10-bin-small/cifar-10-batches-py"));
        Assert.Equal((800, 200), (binary.Train.Count, binary.Test.Count));
        Assert.Equal(binary.Train.Fingerprint, python.Train.Fingerprint);
        Assert.Equal(binary.Test.Fingerprint, python.Test.Fingerprint);
        for (int i = 0; i < python.Train.Count; i++)
            Assert.StartsWith(python.Train.ClassNames[python.Train.Labels[i]] + "_train_", python.Train.NameOf(i));
    }

    [Fact]
    [LongGroup("Data")]
    public void Gtsrb_zips_have_the_counts_of_this_copy()
    {
        using Dataset gtsrb = DatasetCatalog.OpenPath(SharedMaterial.Require("data/gtsrb"));
        Assert.Equal((26_140, 12_630, 43), (gtsrb.Train.Count, gtsrb.Test.Count, gtsrb.Classes));
        Assert.Contains("already 32x32", gtsrb.Layout);
        // First rows of the published table.
        Assert.Equal([16, 1], gtsrb.Test.Labels.Take(2));
    }

    [Fact]
    public void The_imagenet_sample_reads_from_its_zip()
    {
        using Dataset sample = DatasetCatalog.OpenPath(SharedMaterial.Require("data/imagenet-sample/imagenet-sample.zip"));
        Assert.Equal((334, 334), (sample.Test.Count, sample.Classes));
        Assert.Equal(3 * 256 * 256, DatasetFolder.Picture(sample.Test, 333).Length);
    }

    // The official files were decoded elsewhere, so each picture must have a near twin of its own label: at most a few grey
    // levels apart, where the picture of another image is dozens.
    private static void AssertAllFound(ImageSet few, ImageSet all)
    {
        ILookup<int, (int Index, byte[] Thumbnail)> thumbnails =
            Enumerable.Range(0, all.Count).ToLookup(i => all.Labels[i], i => (i, Thumbnail(DatasetFolder.Picture(all, i))));
        RandomStream stream = RandomStream.For(1, "sample");
        foreach (int i in stream.Permutation(few.Count).Take(150))
        {
            byte[] picture = DatasetFolder.Picture(few, i), thumbnail = Thumbnail(picture);
            int twin = thumbnails[few.Labels[i]].MinBy(t => Distance(t.Thumbnail, thumbnail)).Index;
            byte[] found = DatasetFolder.Picture(all, twin);
            double mean = (double)Distance(picture, found) / picture.Length;
            int largest = picture.Zip(found).Max(p => Math.Abs(p.First - p.Second));
            Assert.True(mean < 0.5 && largest <= 8,
                $"{few.NameOf(i)}: nearest is {all.NameOf(twin)}, mean {mean}, largest {largest}");
        }
    }

    private static byte[] Thumbnail(byte[] picture)
    {
        byte[] thumbnail = new byte[picture.Length / 64];
        for (int i = 0; i < thumbnail.Length; i++) thumbnail[i] = picture[64 * i + 21];
        return thumbnail;
    }

    private static int Distance(byte[] a, byte[] b)
    {
        int sum = 0;
        for (int i = 0; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum;
    }
}
