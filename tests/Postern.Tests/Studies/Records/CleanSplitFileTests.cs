using Postern.Datasets;
using Postern.Studies;
using Postern.Tests.Defences;

namespace Postern.Tests.Studies;

public sealed class CleanSplitFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dataset dataset = SampleDefences.Stripes(train: 200);

    public void Dispose()
    {
        dataset.Dispose();
        folder.Dispose();
    }

    private string Stored => Assert.Single(Directory.EnumerateFiles(Path.Combine(folder.Path, ".clean-splits")));

    [Fact]
    public void A_split_is_drawn_once_and_read_from_then_on()
    {
        CleanSplit drawn = CleanSplitFile.Of(folder.Path, dataset);
        Assert.Equal(dataset.CleanSplit.Tuning, drawn.Tuning);
        RecordFormat.Write(Stored, drawn with { Tuning = [5, 6] });
        Assert.Equal([5, 6], CleanSplitFile.Of(folder.Path, dataset).Tuning);
    }

    [Fact]
    public void Other_pictures_have_a_file_of_their_own()
    {
        CleanSplitFile.Of(folder.Path, dataset);
        using Dataset other = SampleDefences.Stripes(train: 300);
        CleanSplitFile.Of(folder.Path, other);
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(folder.Path, ".clean-splits")).Count());
    }

    [Fact]
    public void What_cannot_be_is_one_line_that_says_what_to_do()
    {
        CleanSplit drawn = CleanSplitFile.Of(folder.Path, dataset);
        string path = Stored;
        foreach ((CleanSplit wrong, string expected) in new[]
                 {
                     (drawn with { Fingerprint = "0" }, "it belongs to other pictures"),
                         (drawn with { Tuning = [1, 200] }, "an index is outside"),
                     (drawn with { Tuning = [drawn.Validation[0]] }, "a picture comes twice"),
                         (drawn with { Tuning = [] }, "nothing to learn from"),
                 })
        {
            RecordFormat.Write(path, wrong);
            string message = Assert.Throws<InputException>(() => CleanSplitFile.Of(folder.Path, dataset)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.EndsWith("delete it", message, StringComparison.Ordinal);
        }
    }
}
