using Postern.Datasets;

namespace Postern.Tests.Datasets;

/// <summary>CIFAR's batches, loaded and saved again by Python 3 and numpy in the forms that they take there.</summary>
public sealed class CifarPython3Tests : IDisposable
{
    private readonly DatasetFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static byte[] Pixels(int first, int count) =>
        [.. Enumerable.Range(first, count).SelectMany(i => CifarBinaryTests.Image(i).Pixels)];

    private static int[] Labels(int first, int count) => [.. Enumerable.Range(first, count).Select(i => i % 10)];

    // Six batches of two pictures each: 0 to 9, then 10 and 11 for tests.
    private void Fill(Func<int, byte[]> batch)
    {
        for (int b = 0; b < 5; b++) folder.Write($"data_batch_{b + 1}", batch(2 * b));
        folder.Write("test_batch", batch(10));
    }

    private void AssertRead()
    {
        using Dataset cifar = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal("CIFAR-10 python batches", cifar.Layout);
        Assert.Equal(Labels(0, 10), cifar.Train.Labels);
        Assert.Equal(Labels(10, 2), cifar.Test.Labels);
        for (int i = 0; i < 10; i++) Assert.Equal(CifarBinaryTests.Image(i).Pixels, DatasetFolder.Picture(cifar.Train, i));
    }

    public static TheoryData<int, string> Pickles
    {
        get
        {
            TheoryData<int, string> all = [];
            foreach (string module in new[] { "numpy.core", "numpy._core" })
                for (int protocol = 2; protocol <= 5; protocol++) all.Add(protocol, module);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Pickles))]
    public void Every_protocol_and_both_names_of_numpy_are_read(int protocol, string module)
    {
        var p = new NumpyPickle(protocol, module);
        Fill(first => p.File(NumpyPickle.Dictionary(
            (p.Text("labels"), NumpyPickle.List(Labels(first, 2).Select(NumpyPickle.Integer))),
            (p.Bytes("batch_label"u8.ToArray()), p.Text("x")), (p.Text("data"), p.Array(Pixels(first, 2), [2, 3072])))));
        AssertRead();
    }

    [Theory]
    [InlineData(2, "i8", "<")]
    [InlineData(4, "i4", ">")]
    [InlineData(5, "u1", "|")]
    [InlineData(3, "i2", "<")]
    public void Labels_may_be_an_array_or_numpys_numbers(int protocol, string type, string order)
    {
        var p = new NumpyPickle(protocol);
        Fill(first => p.File(NumpyPickle.Dictionary((p.Text("data"), p.Array(Pixels(first, 2), [2, 3072])),
            (p.Text("labels"), p.Numbers(Labels(first, 2), type, order)))));
        AssertRead();
        Fill(first => p.File(NumpyPickle.Dictionary((p.Text("data"), p.Array(Pixels(first, 2), [2, 3072])),
            (p.Text("labels"), NumpyPickle.List(Labels(first, 2).Select(l => p.Scalar(l, type, order)))))));
        AssertRead();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Pictures_may_be_planes_or_rows_of_colours_in_either_order_of_memory(int protocol)
    {
        var p = new NumpyPickle(protocol);
        Fill(first => Batch(first, p.Array(Pixels(first, 2), [2, 3, 32, 32])));
        AssertRead();
        Fill(first => Batch(first, p.Array(Reordered(first, (c, y, x) => (y * 32 + x) * 3 + c), [2, 32, 32, 3])));
        AssertRead();
        // Column by column: the first axis, the two pictures, innermost.
        Fill(first => Batch(first, p.Array(
            [.. Enumerable.Range(0, 3072).SelectMany(i => new[] { Pixels(first, 2)[i], Pixels(first, 2)[3072 + i] })], [2, 3072],
            fortran: true)));
        AssertRead();

        byte[] Batch(int first, string data) => p.File(NumpyPickle.Dictionary((p.Text("data"), data),
            (p.Text("labels"), NumpyPickle.List(Labels(first, 2).Select(NumpyPickle.Integer)))));

        static byte[] Reordered(int first, Func<int, int, int, int> place)
        {
            byte[] from = Pixels(first, 2), to = new byte[from.Length];
            for (int i = 0; i < from.Length; i++)
            {
                (int picture, int within) = Math.DivRem(i, 3072);
                to[3072 * picture + place(within / 1024, within % 1024 / 32, within % 32)] = from[i];
            }
            return to;
        }
    }

    [Fact]
    public void An_array_of_other_numbers_or_shape_is_refused_by_what_it_is()
    {
        var p = new NumpyPickle(4);
        Fill(_ => p.File(NumpyPickle.Dictionary((p.Text("data"), p.Array(new byte[2 * 3072 * 4], [2, 3072], "f4", "<")))));
        Assert.Contains("data_batch_1: has 'data' of f4[2, 3072], expected unsigned bytes", folder.ErrorOf());
        Fill(_ => p.File(NumpyPickle.Dictionary((p.Text("data"), p.Array(new byte[3072], [1, 1024, 3])))));
        Assert.Contains("has 'data' of u1[1, 1024, 3]", folder.ErrorOf());
        Fill(first => p.File(NumpyPickle.Dictionary((p.Text("data"), p.Array(Pixels(first, 2), [2, 3072])),
            (p.Text("labels"), p.Array(new byte[16], [2], "f8", "<")))));
        Assert.Contains("has no list 'labels' of 2", folder.ErrorOf());
    }

    [Theory]
    [InlineData("c_codecs\nencode\nX\u0003\0\0\0\u00c4\u0080aX\u0006\0\0\0latin1\u0086R.", "text that they are not")]
    [InlineData("c_codecs\nencode\nX\u0001\0\0\0aX\u0004\0\0\0rot1\u0086R.", "calls something")]
    [InlineData("c__builtin__\nbytes\nK\u0005\u0085R.", "calls something")]
    [InlineData("cnumpy.core.numeric\n_frombuffer\n)R.", "calls something")]
    [InlineData("cnumpy.core.multiarray\nscalar\n)R.", "unknown type")]
    [InlineData("cnumpy\nfromfile\n.", "numpy.fromfile")]
    public void A_call_that_makes_no_such_data_is_refused(string pickle, string reason) => Assert.Contains(reason,
        Assert.Throws<InputException>(
            () => Pickle.Read(System.Text.Encoding.Latin1.GetBytes("\u0080\u0002" + pickle), "p")).Message);

    [Fact]
    public void A_long_text_that_is_made_bytes_over_and_over_takes_no_memory()
    {
        string text = "X" + System.Text.Encoding.Latin1.GetString(BitConverter.GetBytes(200_000)) + new string('x', 200_000);
        string code = "c_codecs\nencode\nq\0" + text + "X\u0006\0\0\0latin1\u0086q\u0001"
            + string.Concat(Enumerable.Repeat("h\0h\u0001R0", 5_000)) + ".";
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pickle.Read(System.Text.Encoding.Latin1.GetBytes("\u0080\u0002" + code), "p");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }
}
