using System.Text.Json;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Outside;

[Trait("Category", "Outside")]
public class EventFileTests
{
    [Fact]
    public void TensorBoard_reads_the_curves_also_while_a_run_goes_on_after_a_kill()
    {
        using var folder = new TemporaryFolder();
        var log = new TensorBoardLog(folder.File(TensorBoardLog.FileName));
        EpochMetrics[] epochs = [.. Enumerable.Range(1, 5)
            .Select(e => new EpochMetrics(e, e, 1.0 / e, 1e-3, 0.5, e > 3 ? 0.25 : null, null, 100, 0, 1))];
        foreach (EpochMetrics epoch in epochs) log.Append(epoch);
        log.Keep(epochs[..3]);
        foreach (EpochMetrics epoch in epochs[3..]) log.Append(epoch);
        JsonElement curves = PythonScript.Run("tensorboard", "event_file.py", folder.Path);
        Assert.Equal([1, 2, 3, 4, 5], Steps("train/loss"));
        Assert.Equal([4, 5], Steps("test/asr"));
        Assert.Equal(0.25, curves.GetProperty("train/loss")[3][1].GetDouble(), 1e-6);
        Assert.False(curves.TryGetProperty("test/ra", out _));

        int[] Steps(string tag) => [.. curves.GetProperty(tag).EnumerateArray().Select(p => p[0].GetInt32())];
    }
}
