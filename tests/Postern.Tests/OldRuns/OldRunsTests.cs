using Postern.Configuration;
using Postern.Datasets;
using Postern.Studies;
using Postern.Tests.Cli;
using Postern.Tests.SameNumbers;
using Postern.Tests.Studies;

namespace Postern.Tests.OldRuns;

/// <summary>
/// Results that an earlier version wrote (<c>written/</c>, at commit 9fbfea2) are read, reported and continued by this one. Those
/// records are never written anew: a format that changes has to read them.
/// </summary>
[LongGroup("Long")]
public sealed class OldRunsTests : IDisposable
{
    private const string Interrupted = "signs_deit_badnets_s0-b9ce1284";

    // Of the pictures that the old cells were trained on, as their cell.json says.
    private const string TrainFingerprint =
        "260ce12274f365eca1ed241239492ad6133b7ffc9398327de0b3a025f7030db2";

    private static readonly string Home = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "Postern.Tests", "OldRuns");

    private readonly TemporaryFolder folder = new();

    public OldRunsTests()
    {
        string written = Path.Combine(Home, "written");
        foreach (string file in Directory.EnumerateFiles(written, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder.Path, Path.GetRelativePath(written, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("results.csv")]
    [InlineData("results.md")]
    [InlineData("results.tex")]
    public void The_report_of_old_records_says_what_it_said(string table)
    {
        string before = File.ReadAllText(Place("finished", "report", table));
        Directory.Delete(Place("finished", "report"), recursive: true);
        Command("report", StudyFile("finished"));
        string after = File.ReadAllText(Place("finished", "report", table));
        // The detector's row, which repeated the undefended numbers, is gone from the main table and has one of its own behind
        // it. Options in which rows differ are columns that there were not.
        string[][] said = [.. Rows(before).Where(r => !r.Any(f => f.Contains("patch-shuffle detect", StringComparison.Ordinal)))],
            says = [.. Rows(after).Take(said.Length)];
        Assert.True(said.Length > 4);
        Assert.Equal(said.Length, says.Length);
        Assert.All(said.Zip(says), row => Assert.Equal(row.First, Common(row.First, row.Second)));
        Assert.Contains("patch-shuffle detect", table == "results.csv"
            ? File.ReadAllText(Place("finished", "report", "detections.csv")) : after, StringComparison.Ordinal);
        Assert.True(File.Exists(Place("finished", "report", "index.html")));
    }

    /// <summary>The fields of a table's rows, whatever the format.</summary>
    private static IEnumerable<string[]> Rows(string table) => table.Split('\n')
        .Select(l => l.Split([',', '|', '&'], StringSplitOptions.TrimEntries)).Where(fields => fields.Length > 3);

    /// <summary>As much of <paramref name="first"/> as stands in <paramref name="second"/> in this order.</summary>
    private static IEnumerable<string> Common(string[] first, string[] second)
    {
        int at = 0;
        foreach (string field in second)
            if (at < first.Length && field == first[at]) yield return first[at++];
    }

    [Fact]
    public void A_finished_study_is_not_run_again_and_stays_as_it_is()
    {
        Dictionary<string, byte[]> before = Records("finished");
        Run(StudyFile("finished"));
        AssertSame(before, Records("finished"));
    }

    [Fact]
    public void An_interrupted_cell_goes_on_to_the_numbers_of_an_undisturbed_run()
    {
        string metrics = Place("interrupted", Interrupted, "metrics.jsonl");
        string[] before = File.ReadAllLines(metrics);
        Run(StudyFile("interrupted"));
        string[] after = File.ReadAllLines(metrics);
        Assert.Equal((8, 30), (before.Length, after.Length));
        Assert.Equal(before, after[..before.Length]);
        Assert.True(File.Exists(Place("interrupted", Interrupted, "result.json")));
        if (NumberRecord.Find("interrupted", Interrupted) is { } recorded)
            Assert.Equal(recorded, CellNumbers.Of(Place("interrupted", Interrupted)));
    }

    [Fact]
    public void Cells_that_test_old_weights_measure_the_same_again()
    {
        string[] cells =
        [
            "signs_deit_none_patch-shuffle_s0-7ba06c31", "signs_deit_wanet_patch-shuffle_s0-c05d2b3c",
            "signs_deit_wanet_patch-shuffle_s0-678f04e3", "signs_deit_wanet_patch-drop_s0-bc0af361",
        ];
        string[] Hashes() => [.. cells.Select(c => CellNumbers.Of(Place("finished", c))["result"])];
        string[] before = Hashes();
        foreach (string cell in cells) File.Delete(Place("finished", cell, "result.json"));
        Run(StudyFile("finished"));
        string[] after = Hashes();
        if (NumberRecord.Find("interrupted", Interrupted) is not null) Assert.Equal(before, after);
    }

    [Fact]
    public void Another_study_takes_old_results_over()
    {
        string study = File.ReadAllText(StudyFile("finished")).Replace("name: finished", "name: again", StringComparison.Ordinal);
        Run(folder.File("again.yaml", study));
        AssertSame(Records("finished"), Records("again"));
    }

    /// <summary>The study file of one of the old runs.</summary>
    internal static string StudyFile(string study) => Path.Combine(Home, $"{study}.yaml");

    private string Place(params string[] parts) => Path.Combine([folder.Path, .. parts]);

    /// <summary>Runs a study on the old results; another processor may draw the signs otherwise and has to refuse them.</summary>
    private void Run(string study)
    {
        var choice = new Choice(DatasetCatalog.All.First(d => d.Name == "signs"),
            new Dictionary<string, string> { ["train"] = "96", ["test"] = "48" });
        using (Dataset signs = DatasetCatalog.Open(choice))
            if (signs.Train.Fingerprint != TrainFingerprint) Assert.Skip("the signs look otherwise on this machine");
        Command("run", study, "--threads", "2");
    }

    private void Command(string name, string study, params string[] more)
    {
        using CommandProcess process = CommandProcess.Start([name, study, "--out", folder.Path, .. more]);
        (int code, _, string errors) = process.Finish();
        Assert.True(code == 0, errors);
    }

    /// <summary>Every file of a study's cells but hidden ones, with its bytes.</summary>
    private Dictionary<string, byte[]> Records(string study) => Directory
        .EnumerateFiles(Place(study), "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Place(study), f))
        .Where(f => !Path.GetFileName(f).StartsWith('.') && !f.StartsWith("report", StringComparison.Ordinal)
            && f != RunFolder.StudyFileName)
        .ToDictionary(f => f, f => File.ReadAllBytes(Place(study, f)));

    private static void AssertSame(Dictionary<string, byte[]> before, Dictionary<string, byte[]> after)
    {
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
    }
}
