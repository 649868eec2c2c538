using System.Text;
using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class CifarPythonTests
{
    [Fact]
    public void Batches_as_python_2_pickled_them_give_pictures_labels_and_names()
    {
        using var folder = new DatasetFolder();
        Fill(folder);
        using Dataset cifar = DatasetCatalog.OpenPath(folder.Path);
        Assert.Equal("CIFAR-10 python batches", cifar.Layout);
        Assert.Equal((10, 2), (cifar.Train.Count, cifar.Test.Count));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], cifar.Train.Labels);
        for (int i = 0; i < 10; i++) Assert.Equal(CifarBinaryTests.Image(i + 1).Pixels, DatasetFolder.Picture(cifar.Train, i));
        Assert.Equal("picture_8.png", cifar.Train.NameOf(7));
        Assert.Equal("name 3", cifar.Train.ClassNames[3]);
    }

    [Fact]
    public void Labels_and_pictures_of_different_number_are_an_error()
    {
        using var folder = new DatasetFolder();
        Fill(folder);
        folder.Write("data_batch_2", PickleWriter.Batch([1], new byte[2 * 3072], 2, ["a"]));
        Assert.Contains("data_batch_2: has no list 'labels' of 2", folder.ErrorOf());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    public void A_label_out_of_range_is_an_error_that_names_the_file(int label)
    {
        using var folder = new DatasetFolder();
        Fill(folder);
        folder.Write("test_batch", PickleWriter.Batch([label], new byte[3072], 1, ["a"]));
        Assert.Contains($"test_batch: label 0 is {label}", folder.ErrorOf());
    }

    [Fact]
    public void Rows_of_another_length_are_an_error()
    {
        using var folder = new DatasetFolder();
        Fill(folder);
        folder.Write("test_batch", PickleWriter.Batch([1], new byte[100], 1, ["a"]));
        Assert.Contains("test_batch: has 'data' of u1[1, 100]", folder.ErrorOf());
    }

    [Theory]
    [InlineData("cos\nsystem\nU\u0004true\u0085R.", "os.system")]
    [InlineData("cnumpy\nload\n.", "numpy.load")]
    [InlineData("c__builtin__\neval\nU\u00011\u0085R.", "__builtin__.eval")]
    public void A_pickle_that_asks_for_anything_to_run_is_refused_by_name(string pickle, string name) =>
        Assert.Contains(name, Error("\u0080\u0002" + pickle));

    [Theory]
    [InlineData("\u0080\u0006N.", "protocol 2 to 5")]
    [InlineData("\u0080\u0002", "cut short")]
    [InlineData("\u0080\u0002.", "not there")]
    [InlineData("\u0080\u0002(0.", "not there")]
    [InlineData("\u0080\u0002t.", "did not begin")]
    [InlineData("\u0080\u0002h\u0005.", "did not store")]
    [InlineData("\u0080\u0002T\u00ff\u00ff\u00ff\u007f.", "cut short")]
    [InlineData("\u0080\u0002T\u00ff\u00ff\u00ff\u00ff.", "cut short")]
    [InlineData("\u0080\u0002}NNNu.", "did not begin")]
    [InlineData("\u0080\u0002}(Nu.", "no dictionary")]
    [InlineData("\u0080\u0002Na.", "not there")]
    [InlineData("\u0080\u0002NNa.", "no list")]
    [InlineData("\u0080\u0002cnumpy", "cut short")]
    [InlineData("\u0080\u0002N)R.", "calls something")]
    [InlineData("\u0080\u0002NNb.", "that has none")]
    [InlineData("\u0080\u0002I", "opcode 0x49")]
    [InlineData("\u0080\u0002)Q.", "outside itself")]
    public void A_damaged_pickle_is_an_error_that_says_what_is_wrong(string pickle, string reason) =>
        Assert.Contains(reason, Error(pickle));

    [Fact]
    public void An_array_whose_shape_does_not_fit_its_bytes_is_refused()
    {
        byte[] pickle = new PickleWriter().Array(new byte[6], 2).End();
        int rows = pickle.AsSpan().IndexOf("(K\u0001K\u0002"u8) + 4;
        pickle[rows] = 3;
        Assert.Contains("shape 3x3", Assert.Throws<InputException>(() => Pickle.Read(pickle, "p")).Message);
    }

    [Fact]
    public void A_file_of_nothing_but_empty_lists_does_not_fill_the_memory()
    {
        byte[] pickle = [0x80, 2, .. Enumerable.Repeat((byte)']', 3_000_000)];
        Assert.Contains("more than", Assert.Throws<InputException>(() => Pickle.Read(pickle, "p")).Message);
    }

    private static string Error(string pickle)
    {
        string message =
            Assert.Throws<InputException>(() => Pickle.Read(Encoding.Latin1.GetBytes(pickle), "some.pickle")).Message;
        Assert.StartsWith("some.pickle: ", message);
        return message;
    }

    internal static void Fill(DatasetFolder folder)
    {
        for (int b = 1; b <= 5; b++) folder.Write($"data_batch_{b}", Batch(2 * b - 1, 2 * b));
        folder.Write("test_batch", Batch(50, 51));
        PickleWriter meta = new PickleWriter().Op("}").Memo().Op("(").Text("num_vis").Int(3072).Text("label_names").Op("]")
            .Memo().Op("(");
        for (int i = 0; i < 10; i++) meta.Text($"name {i}");
        folder.Write("batches.meta", meta.Op("eu").End());
    }

    private static byte[] Batch(params int[] pictures) => PickleWriter.Batch(
        [.. pictures.Select(i => i % 10)], [.. pictures.SelectMany(i => CifarBinaryTests.Image(i).Pixels)], pictures.Length,
        [.. pictures.Select(i => $"picture_{i}.png")]);
}
