using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public class CifarParquetTests
{
    [Fact]
    public void Null_paths_in_some_rows_shift_nothing()
    {
        ParquetRow[] rows = [.. Enumerable.Range(0, 12).Select(i => Row(i, path: i % 3 == 1 ? null : $"{i}.png"))];
        List<PicturePart> parts = CifarParquet.Parts(CifarSet.Ten, ParquetWriting.File(rows[..7], rows[7..]), "t.parquet");
        AssertRows(parts, 12);
        Assert.Equal("t.parquet#8", parts[1].NameOf(1));
    }

    [Fact]
    public void Null_paths_in_all_rows_as_published_shift_nothing() =>
        AssertRows(CifarParquet.Parts(CifarSet.Ten, ParquetWriting.File([.. Enumerable.Range(0, 9).Select(i => Row(i))]),
            "t.parquet"), 9);

    [Fact]
    public void A_row_without_its_structure_is_an_error_that_names_the_row() =>
        Assert.Equal("t.parquet: row 5 has no picture",
            Error([Row(0), Row(1), Row(2)], [Row(3), Row(4), new ParquetRow(null, null, 5, HasStruct: false), Row(6)]));

    [Fact]
    public void A_row_with_a_path_and_no_bytes_is_an_error_that_names_the_row() =>
        Assert.Equal("t.parquet: row 1 has no picture", Error([Row(0), new ParquetRow(null, "1.png", 1), Row(2)]));

    [Fact]
    public void A_row_without_label_is_an_error_that_names_the_row() =>
        Assert.Equal("t.parquet: row 2 has no label", Error([Row(0), Row(1), Row(2) with { Label = null }, Row(3)]));

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_label_out_of_range_is_an_error_that_names_the_row(long label) =>
        Assert.StartsWith($"t.parquet: row 1 has label {label}", Error([Row(0), Row(1) with { Label = label }]));

    [Fact]
    public void A_picture_of_another_size_is_an_error_that_names_the_row() =>
        Assert.Contains("row 1 has a picture of 8x8",
            Error([Row(0), Row(1) with { Bytes = ImageFile.EncodePng(ImageFileTests.Noise(8, 8, 0)) }]));

    [Fact]
    public void A_damaged_picture_is_an_error_that_names_the_row() =>
        Assert.StartsWith("t.parquet row 1: ", Error([Row(0), Row(1) with { Bytes = [1, 2, 3] }]));

    [Fact]
    public void Shards_are_read_in_order_and_one_that_is_missing_is_an_error()
    {
        using var folder = new DatasetFolder();
        for (int s = 0; s < 3; s++)
            folder.Write($"plain_text/train-0000{s}-of-00003.parquet", ParquetWriting.File([Row(2 * s), Row(2 * s + 1)]));
        folder.Write("plain_text/test-00000-of-00001.parquet", ParquetWriting.File([Row(7)]));
        using (Dataset cifar = DatasetCatalog.OpenPath(folder.Path))
        {
            Assert.Equal("CIFAR-10 parquet (Hugging Face)", cifar.Layout);
            Assert.Equal([0, 1, 2, 3, 4, 5], cifar.Train.Labels);
            for (int i = 0; i < 6; i++) Assert.Equal(CifarBinaryTests.Image(i).Pixels, DatasetFolder.Picture(cifar.Train, i));
            Assert.Equal("train-00001-of-00003.parquet#1", cifar.Train.NameOf(3));
        }
        File.Delete(folder["plain_text/train-00001-of-00003.parquet"]);
        Assert.Contains("is one of 3 files, but 2 are here", folder.ErrorOf());
        File.Delete(folder["plain_text/test-00000-of-00001.parquet"]);
        folder.Write("plain_text/train-00001-of-00003.parquet", ParquetWriting.File([Row(2)]));
        Assert.Contains("test-00000-of-00001.parquet: the file is missing", folder.ErrorOf());
    }

    [Fact]
    public void A_single_column_of_numbers_may_have_any_name()
    {
        byte[] file = ParquetWriting.File([Row(0), Row(1)]);
        // The same length, so that the file stays whole: the footer's schema and paths alone change.
        while (file.AsSpan().IndexOf("label"u8) is >= 0 and var at) "klass"u8.CopyTo(file.AsSpan(at));
        AssertRows(CifarParquet.Parts(CifarSet.Ten, file, "t.parquet"), 2);
        while (file.AsSpan().IndexOf("bytes"u8) is >= 0 and var at) "octet"u8.CopyTo(file.AsSpan(at));
        string message = Assert.Throws<InputException>(() => CifarParquet.Parts(CifarSet.Ten, file, "t.parquet")).Message;
        Assert.EndsWith("its columns are img/octet, img/path, klass", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1")]
    [InlineData("PAR1 this is no parquet file PAR1")]
    public void Something_else_is_an_error_that_names_the_file(string content) =>
        Assert.StartsWith("t.parquet: ", Assert.Throws<InputException>(
            () => CifarParquet.Parts(CifarSet.Ten, System.Text.Encoding.ASCII.GetBytes(content), "t.parquet")).Message);

    internal static ParquetRow Row(int index, string? path = null) =>
        new(ImageFile.EncodePng(CifarBinaryTests.Image(index)), path, index % 10);

    private static void AssertRows(List<PicturePart> parts, int count)
    {
        byte[] pixels = [.. parts.SelectMany(p => p.Pixels)];
        Assert.Equal(Enumerable.Range(0, count).Select(i => i % 10), parts.SelectMany(p => p.Labels));
        Assert.Equal(Enumerable.Range(0, count).SelectMany(i => CifarBinaryTests.Image(i).Pixels), pixels);
    }

    private static string Error(params ParquetRow[][] groups) =>
        Assert.Throws<InputException>(() => CifarParquet.Parts(CifarSet.Ten, ParquetWriting.File(groups), "t.parquet")).Message;
}
