using System.Text.Json;
using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>
/// A cell that is stopped within an epoch, and whose records are damaged meanwhile, ends as if nothing had been.
/// </summary>
[LongGroup("Fault")]
public sealed class StoppedCellTests : IDisposable
{
    private const int Epochs = 3;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Study => StudyArguments.ReadFile(folder.File("s.yaml", $$"""
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini]
        attacks: [{name: badnets, poison_rate: 0.1}]
        preset: quick
        train: {epochs: {{Epochs}}, lr: 0.003, ema: 0.9}
        """), []);

    private CellDirectory Run(string runs, Action<RunEvent> hear, CancellationToken stop = default)
    {
        var run = new RunFolder(Study, folder.File(runs));
        new StudyRunner(run, threads: 1, hear).Run(stop);
        return run.Of(run.Study.Cells[0]);
    }

    /// <summary>Stops in the third epoch, after its second step.</summary>
    private CellDirectory Stop(string runs)
    {
        using var stop = new CancellationTokenSource();
        int steps = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Run(runs, e =>
        {
            if (e is Stepped { Step.Epoch: Epochs } && ++steps == 2) stop.Cancel();
        }, stop.Token));
        var run = new RunFolder(Study, folder.File(runs));
        return run.Of(run.Study.Cells[0]);
    }

    private static string Facts(CellDirectory cell) => JsonSerializer.Serialize(
        cell.ReadResult()! with { FinishedUtc = DateTimeOffset.UnixEpoch, TrainSeconds = 0 }, RecordFormat.Line)
        + string.Concat(cell.ReadMetrics().Select(m => $"\n{m.Epoch} {m.Step} {m.Loss:R} {m.Lr:R} {m.Acc:R} {m.Asr:R}"))
        + Convert.ToHexString(File.ReadAllBytes(Path.Combine(cell.Folder, "last.safetensors")))
        + Convert.ToHexString(File.ReadAllBytes(cell.AveragePath));

    [Fact]
    public void A_stop_within_an_epoch_or_damage_to_what_it_left_changes_nothing()
    {
        string whole = Facts(Run("whole", _ => { }));
        (string Name, bool Warns, Action<string> Damage)[] damages =
        [
            ("none", false, _ => { }),
            ("weights", true, f => Flip(f, "last.safetensors")),
            ("state", true, f => Flip(f, "state-*-*.safetensors")),
            ("metrics-empty", true, f => File.WriteAllText(Path.Combine(f, "metrics.jsonl"), "")),
            ("metrics-doubled", true, f => Lines(f, l => [.. l, .. l])),
            ("metrics-turned", true, f => Lines(f, l => [.. l.Reverse()])),
            ("metrics-gone", true, f => File.Delete(Path.Combine(f, "metrics.jsonl"))),
            ("plan-gone", true, f => File.Delete(Path.Combine(f, "plan.json"))),
            ("plan", true, f => Flip(f, "plan.json")),
        ];
        foreach ((string name, bool warns, Action<string> damage) in damages)
        {
            CellDirectory stopped = Stop(name);
            Assert.NotEmpty(Directory.EnumerateFiles(stopped.Folder, "state-0002-*.safetensors"));
            damage(stopped.Folder);
            var heard = new List<RunEvent>();
            Assert.True(whole == Facts(Run(name, heard.Add)), name);
            Assert.True(warns == heard.OfType<Warned>().Any(), name);
            Assert.Empty(Directory.EnumerateFiles(stopped.Folder, "state-*"));
            Assert.False(File.Exists(Path.Combine(stopped.Folder, "previous.safetensors")));
        }
    }

    [Fact]
    public void A_damaged_description_is_an_error_in_a_line()
    {
        CellDirectory stopped = Stop("described");
        Flip(stopped.Folder, "cell.json");
        string error = "";
        try
        {
            Run("described", e => error += e is CellFailed failed ? failed.Error : "");
        }
        catch (InputException e)
        {
            error = e.Message;
        }
        Assert.Contains("cell.json", error, StringComparison.Ordinal);
        Assert.False(File.Exists(stopped.ResultPath));
    }

    private static void Flip(string folder, string pattern)
    {
        string path = Directory.EnumerateFiles(folder, pattern).Single();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void Lines(string folder, Func<string[], IEnumerable<string>> change)
    {
        string path = Path.Combine(folder, "metrics.jsonl");
        File.WriteAllLines(path, change(File.ReadAllLines(path)));
    }
}
