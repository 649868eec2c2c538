using System.Text.RegularExpressions;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary>
/// A study that was killed and started again gives the report of one that was not, byte for byte but for times.
/// </summary>
[LongGroup("Fault")]
public sealed partial class ResumedReportTests : IDisposable
{
    private const string Yaml = """
        name: tiny
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini]
        attacks: [none, {name: badnets, poison_rate: 0.1}]
        defences: [none, {name: patch-drop, protocol: test}]
        pretrain: {train: {epochs: 2}}
        preset: quick
        train: {epochs: 4}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Runs => Path.Combine(folder.Path, "runs");

    [Fact]
    public void A_killed_and_restarted_study_reports_what_an_undisturbed_one_does()
    {
        string study = folder.File("tiny.yaml", Yaml);
        using (CommandProcess whole = CommandProcess.Start("run", study, "--out", Runs)) Assert.Equal(0, whole.Finish().Code);
        Dictionary<string, byte[]> undisturbed = Report(study);
        Directory.Move(Runs, folder.File("whole"));

        foreach (int epoch in new[] { 1, 3 })
        {
            using CommandProcess killed = CommandProcess.Start("run", study, "--out", Runs);
            killed.WaitForEpoch(epoch, 4);
            killed.Kill();
        }
        using (CommandProcess resumed = CommandProcess.Start("run", study, "--out", Runs)) Assert.Equal(0, resumed.Finish().Code);
        Dictionary<string, byte[]> restarted = Report(study);
        Assert.Equal(undisturbed.Keys.Order(), restarted.Keys.Order());
        Assert.All(undisturbed, file => Assert.Equal(file.Value, restarted[file.Key]));
        Assert.Contains("index.html", undisturbed.Keys);
    }

    /// <summary>The report's files, written anew after all times in the records have been made equal.</summary>
    private Dictionary<string, byte[]> Report(string study)
    {
        string[] records = [.. new[] { "cell.json", "result.json", "metrics.jsonl" }
            .SelectMany(n => Directory.EnumerateFiles(Runs, n, SearchOption.AllDirectories))];
        // Three fine-tuned or tested cells of four, the clean training, and what is theirs: nothing may be left out unnoticed.
        Assert.Equal(5, records.Count(r => r.EndsWith("result.json", StringComparison.Ordinal)));
        foreach (string record in records)
            File.WriteAllText(record, Times().Replace(Checksums().Replace(File.ReadAllText(record), ""),
                m => $"\"{m.Groups[1].Value}\":{(m.Groups[2].Value.StartsWith('"') ? "\"2025-01-02T03:04:05+00:00\"" : "1")}"));
        using (CommandProcess report = CommandProcess.Start("report", study, "--out", Runs))
            Assert.Equal(0, report.Finish().Code);
        string written = Path.Combine(Runs, "tiny", "report");
        return Directory.EnumerateFiles(written, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(written, f), File.ReadAllBytes);
    }

    // Whoever changes a record by hand takes its checksums away.
    [GeneratedRegex(",\\s*\"check(sum)?\": ?(\"[^\"]*\"|[0-9]+)")]
    private static partial Regex Checksums();

    [GeneratedRegex("\"(created_utc|finished_utc|train_seconds|images_per_second|data_wait|seconds)\": ?(\"[^\"]*\"|[^,\\s}]+)")]
    private static partial Regex Times();
}
