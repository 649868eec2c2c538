using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Tests.Datasets;

/// <summary>
/// Files with changed, lost or repeated bytes are read or are input errors: no other exception, no huge allocation.
/// </summary>
public class DamagedFileTests
{
    private const long LargestAllocation = 48L << 20;

    [Fact]
    public void Pickles() => Survives(
        PickleWriter.Batch([1, 2], [.. new byte[2 * 3072]], 2, ["a", "b"]), data => Pickle.Read(data, "damaged"), cases: 500);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void Pickles_of_python_3(int protocol)
    {
        var p = new NumpyPickle(protocol);
        Survives(p.File(NumpyPickle.Dictionary((p.Text("labels"), p.Numbers([1, 2], "i4")),
            (p.Text("data"), p.Array(new byte[60], [2, 30], fortran: true)), (p.Text("n"), p.Scalar(3, "i8")))),
            data =>
            {
                if (Pickle.Read(data, "damaged") is not OrderedDictionary<string, object?> read) return;
                foreach (PickledArray array in read.Values.OfType<PickledArray>())
                {
                    array.ToBytes();
                    array.ToIntegers();
                }
            }, cases: 500);
    }

    [Fact]
    public void Parquet_files() => Survives(
        ParquetWriting.File([CifarParquetTests.Row(0, "a"), CifarParquetTests.Row(1)], [CifarParquetTests.Row(2)]),
        data => CifarParquet.Parts(CifarSet.Ten, data, "damaged"), cases: 500);

    [Fact]
    public void Parquet_footers()
    {
        // Mutations of the whole file hit pictures most of the time; here every one hits what the reader allocates by.
        byte[] file = ParquetWriting.File([CifarParquetTests.Row(0, "a"), CifarParquetTests.Row(1)]);
        int footer = BitConverter.ToInt32(file.AsSpan(file.Length - 8)) + 8;
        Survives(file[^footer..], tail => CifarParquet.Parts(CifarSet.Ten, [.. file[..^footer], .. tail], "damaged"), cases: 500);
    }

    [Fact]
    public void Parquet_page_headers()
    {
        byte[] file = ParquetWriting.File([CifarParquetTests.Row(0, "a"), CifarParquetTests.Row(1)]);
        Survives(file[4..40],
            head => CifarParquet.Parts(CifarSet.Ten, [.. file[..4], .. head, .. file[(4 + head.Length)..]], "damaged"),
            cases: 500, sameLength: true);
    }

    [Fact]
    public void Zips()
    {
        using var folder = new DatasetFolder();
        byte[] png = ImageFile.EncodePng(CifarBinaryTests.Image(0));
        byte[] zip = File.ReadAllBytes(folder.Zip("whole.zip", ("val/a/1.png", png),
            ("val/b/2.png", ImageFile.EncodePng(new RgbImage(300, 200))), ("val/b/3.png", png)));
        Survives(zip, data =>
        {
            using Dataset set = DatasetCatalog.OpenPath(folder.Write("damaged.zip", data));
            for (int i = 0; i < set.Test.Count; i++) DatasetFolder.Picture(set.Test, i);
        }, cases: 150);
    }

    [Fact]
    public void Tarballs()
    {
        using var folder = new DatasetFolder();
        byte[] tar;
        using (
            var unzipped = new GZipStream(File.OpenRead(
                folder.TarGz("a.tar.gz", ("a/one", new byte[700]), ("a/two", new byte[10]))), CompressionMode.Decompress))
        using (var content = new MemoryStream())
        {
            unzipped.CopyTo(content);
            tar = content.ToArray();
        }
        Survives(tar, data =>
        {
            using (var zipped = new GZipStream(File.Create(folder["b.tar.gz"]), CompressionLevel.Fastest)) zipped.Write(data);
            using FileTree tree = FileTrees.Open(folder["b.tar.gz"]);
            tree.Files("a");
        }, cases: 150);
    }

    [Fact]
    public void A_zip_entry_that_claims_more_than_the_archive_can_hold_is_refused()
    {
        using var folder = new DatasetFolder();
        byte[] zip = File.ReadAllBytes(folder.Zip("bomb.zip", ("val/a/1.png", new byte[100])));
        // The uncompressed size in the central directory, 24 bytes after its signature.
        int entry = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(entry + 24), 900_000_000);
        using Dataset set = DatasetCatalog.OpenPath(folder.Write("bomb.zip", zip));
        Assert.Contains("900000000", Assert.Throws<InputException>(() => DatasetFolder.Picture(set.Test, 0)).Message);
    }

    private static void Survives(byte[] whole, Action<byte[]> read, int cases, bool sameLength = false)
    {
        read((byte[])whole.Clone());
        Gen<byte> value = Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0, 1, 127, 128, 255)).Select(v => (byte)v);
        Gen<byte[]> damaged = from cut in Gen.Frequency((sameLength ? 0 : 1, Gen.Choose(0, whole.Length)),
            (3, Gen.Constant(whole.Length)))
                              from places in Gen.Choose(1, 6).SelectMany(n => Gen.Choose(0, Math.Max(0, cut - 1)).ArrayOf(n))
                              from values in value.ArrayOf(places.Length)
                              from run in Gen.Choose(1, 4)
                              select Damage(whole[..cut], places, values, run);
        Prop.ForAll(damaged.ToArbitrary(), data =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(data);
            }
            catch (InputException)
            {
            }
            return GC.GetAllocatedBytesForCurrentThread() - before < LargestAllocation;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20, 261));
    }

    // Runs of one value reach counts of several bytes, such as a length of ff ff ff 7f.
    private static byte[] Damage(byte[] data, int[] places, byte[] values, int run)
    {
        for (int i = 0; i < places.Length; i++)
            for (int k = places[i]; k < Math.Min(data.Length, places[i] + run); k++) data[k] = values[i];
        return data;
    }
}
