using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Datasets;
using Postern.Tests.Imaging;

namespace Postern.Tests.Fuzzing;

/// <summary>Every layout of a dataset: opened, all its pictures read.</summary>
internal static class FuzzedDatasets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("cifar binary", d =>
        {
            for (int b = 0; b < 5; b++) d.Write($"data_batch_{b + 1}.bin", Record(b));
            d.Write("test_batch.bin", Record(7));
            d.Write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
        }),
        Of("cifar python", CifarPythonTests.Fill),
        Of("cifar in a tarball", d => d.TarGz("cifar-10-binary.tar.gz", [.. Enumerable.Range(1, 5)
            .Select(b => ($"cifar-10-batches-bin/data_batch_{b}.bin", Record(b))),
            ("cifar-10-batches-bin/test_batch.bin", Record(7))])),
        Of("parquet", d =>
        {
            d.Write("plain_text/train-00000-of-00001.parquet",
                ParquetWriting.File([CifarParquetTests.Row(0), CifarParquetTests.Row(1)]));
            d.Write("plain_text/test-00000-of-00001.parquet", ParquetWriting.File([CifarParquetTests.Row(2)]));
        }),
        Of("gtsrb", d =>
        {
            const string header = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n";
            for (int c = 0; c < 43; c++) d.Write($"Final_Training/Images/{c:d5}/00000_00000.ppm", Ppm(c));
            d.Write("Final_Training/Images/00007/GT-00007.csv", $"{header}00000_00000.ppm;32;32;0;0;0;0;7\r\n");
            d.Write("Final_Test/Images/00000.ppm", Ppm(50));
            d.Write("GT-final_test.csv", $"{header}00000.ppm;32;32;0;0;0;0;9\r\n");
        }),
        Of("image folder", d =>
        {
            foreach (string name in new[] { "train/a/1.png", "train/b/2.png", "val/images/3.png" })
                d.Write(name, Png(name.Length));
            d.Write("val/val_annotations.txt", "3.png\tb\t0\t0\t62\t62\n");
            d.Write("classes.txt", "a\t0\tfirst\nb\t1\tsecond\n");
            d.Write("poison.json", "{\"attack\": \"badnets\", \"options\": {}, \"seed\": 0}");
        }),
        Of("zip", d => d.Zip("set.zip", ("train/a/1.png", Png(1)), ("train/b/2.png", Png(2)), ("val/a/3.png", Png(3)))),
    ];

    private static FuzzTarget Of(string name, Action<DatasetFolder> lay) => new(name, folder =>
    {
        using var made = new DatasetFolder();
        lay(made);
        return [.. Directory.EnumerateFiles(made.Path, "*", SearchOption.AllDirectories)
            .Select(f => FuzzTargets.Put(folder, Path.GetRelativePath(made.Path, f), File.ReadAllBytes(f)))];
    }, (folder, path) =>
    {
        using Dataset set = DatasetCatalog.OpenPath(path.EndsWith(".zip", StringComparison.Ordinal) ? path : folder.Path);
        foreach (ImageSet split in new[] { set.Train, set.Test })
            for (int i = 0; i < Math.Min(split.Count, 100); i++) DatasetFolder.Picture(split, i);
    });

    private static byte[] Record(int index) => [.. CifarBinaryTests.Record(index), .. CifarBinaryTests.Record(index + 20)];

    private static byte[] Ppm(int seed) => DatasetFolder.PpmOf(ImageFileTests.Noise(32, 32, seed));

    private static byte[] Png(int seed) => ImageFile.EncodePng(ImageFileTests.Noise(40, 40, seed));
}
