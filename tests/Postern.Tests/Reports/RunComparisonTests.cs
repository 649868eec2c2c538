using System.Globalization;
using Postern.Cli;
using Postern.Reports.SideBySide;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class RunComparisonTests : IDisposable
{
    private const string Yaml = """
        datasets: [signs]
        models: [resnet-mini]
        attacks: [none, {name: badnets, label: B}, blend]
        seeds: [0, 1, 2]
        preset: quick
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_difference_is_outside_the_spread_where_Welch_s_interval_excludes_zero()
    {
        RunComparison comparison = Compare(c => 900 + (int)c.Seed, c => 930 + (int)c.Seed, c => 400 + 150 * (int)c.Seed,
            c => 430 + 150 * (int)c.Seed);
        ComparedRow badnets = comparison.Rows.Single(r => r.Name == "signs · resnet-mini · B");
        Assert.True(badnets.Acc.IsOutside);
        // Seeds that hardly differ do not make the interval narrower than the counted pictures do: t(4) * sqrt((0.0905 + 0.0676)
        // / 3000).
        Assert.Equal("+3.00 ± 2.02 OUTSIDE", InGerman(() => badnets.Acc.ToString()));
        // Seeds 15 points apart hide a difference of 3: t(4) * sqrt(2 * 0.0225 / 3) = 2.776 * 0.1225.
        Assert.Equal("+3.00 ± 34.00 within", badnets.Asr.ToString());
        Assert.Equal((3, 5), comparison.Count);
        Assert.Equal("", comparison.Rows.Single(r => r.Name.EndsWith("none", StringComparison.Ordinal)).Asr.ToString());
    }

    [Fact]
    public void Rows_belong_together_by_id_and_then_by_label_and_the_rest_is_named()
    {
        Study a = Study("a", Yaml), b = Study("b", Yaml
            .Replace("label: B", "label: renamed", StringComparison.Ordinal)
            .Replace("blend]", "{name: blend, alpha: 0.4}, {name: badnets, poison_rate: 0.5, label: more}]",
                StringComparison.Ordinal));
        Study c = a with { Cells = [.. a.Cells.Where(cell => cell.AttackLabel != "none")] };
        RunComparison comparison = RunComparison.Of(ComparedRuns.Of(new RunFolder(c, folder.File("runs"))),
            ComparedRuns.Of(new RunFolder(b, folder.File("runs"))));
        Assert.Equal(["signs · resnet-mini · B", "signs · resnet-mini · blend"], comparison.Rows.Select(r => r.Name));
        Assert.Equal(["called signs · resnet-mini · renamed"], comparison.Rows[0].Changes);
        Assert.Equal(["attack.alpha 0.2 → 0.4"], comparison.Rows[1].Changes);
        Assert.Empty(comparison.OnlyBefore);
        Assert.Equal(["signs · resnet-mini · none", "signs · resnet-mini · more"], comparison.OnlyAfter);
        Assert.Equal((0, 0), comparison.Count);
    }

    [Fact]
    public void A_folder_of_results_is_compared_without_its_study_file()
    {
        Study a = SampleRuns.Study(folder);
        SampleRuns.Write(a, folder.File("one"));
        SampleRuns.Write(a, folder.File("two"));
        RunComparison comparison = RunComparison.Of(ComparedRuns.OfFolder(Path.Combine(folder.File("one"), "sample")),
            ComparedRuns.OfFolder(new RunFolder(a, folder.File("two")).Path + "/"));
        Assert.Equal(("sample", "sample"), (comparison.Before.Name, comparison.After.Name));
        Assert.Equal(6, comparison.Rows.Count);
        Assert.Equal((0, 8), comparison.Count);
        Assert.Empty(comparison.CommonChanges);
        Assert.Contains("within¹", MarkdownComparison.Export(comparison), StringComparison.Ordinal);
        Assert.Contains(RunComparison.SingleSeedNote, MarkdownComparison.Notes(comparison));
    }

    [Fact]
    public void Cells_that_bear_one_name_and_are_set_differently_are_rows_of_their_own()
    {
        string runs = folder.File("runs");
        foreach (string rate in new[] { "0.01", "0.05" })
        {
            Study study = Study("same", Yaml.Replace("label: B", $"label: B, poison_rate: {rate}", StringComparison.Ordinal));
            SampleRuns.Write(study, runs);
        }
        var both = ComparedRuns.OfFolder(Path.Combine(runs, "same"));
        RunComparison comparison = RunComparison.Of(both, both);
        string[] rows = [.. comparison.Rows.Where(r => r.Name.Contains("· B", StringComparison.Ordinal)).Select(r => r.Name)];
        Assert.Equal(["signs · resnet-mini · B (attack.poison_rate 0.01)", "signs · resnet-mini · B (attack.poison_rate 0.05)"],
            rows.Order(StringComparer.Ordinal));
        Assert.All(comparison.Rows, r => Assert.Empty(r.Changes));
        Assert.All(comparison.Rows, r => Assert.True((r.Acc.Before?.Seeds.Count ?? 0) <= 3));
    }

    [Fact]
    public void Two_studies_with_nothing_in_common_say_so()
    {
        Study a = Study("a", Yaml), b = Study("b", Yaml.Replace("resnet-mini", "vim", StringComparison.Ordinal));
        string text = MarkdownComparison.Export(RunComparison.Of(ComparedRuns.Of(new RunFolder(a, folder.File("runs"))),
            ComparedRuns.Of(new RunFolder(b, folder.File("runs")))));
        Assert.StartsWith("# A: a, B: b\n\n- Nothing is in both", text, StringComparison.Ordinal);
        Assert.Contains("- Only in B: signs · vim · none; signs · vim · B; signs · vim · blend.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_differs_in_every_row_is_said_once()
    {
        Study a = Study("a", Yaml), b = Study("b", Yaml + "\ntrain: {epochs: 3}\n");
        RunComparison comparison = RunComparison.Of(ComparedRuns.Of(new RunFolder(a, folder.File("runs"))),
            ComparedRuns.Of(new RunFolder(b, folder.File("runs"))));
        Assert.Equal(3, comparison.Rows.Count);
        Assert.Equal(["train.epochs 8 → 3"], comparison.CommonChanges);
        Assert.Single(MarkdownComparison.Notes(comparison), n => n.Contains("train.epochs", StringComparison.Ordinal));
    }

    [Fact]
    public void Detectors_are_compared_by_their_AUROC_and_by_nothing_that_is_the_undefended_cell_s()
    {
        Study study = SampleRuns.WideStudy(folder);
        SampleRuns.Write(study, folder.File("runs"));
        ComparedRuns side = ComparedRuns.Of(new RunFolder(study, folder.File("runs")));
        RunComparison comparison = RunComparison.Of(side, side);
        ComparedRow row = comparison.Rows.Single(r => r.Name == "signs · resnet-mini · BadNets 1 % · PatchDrop detects");
        Assert.True(row.Detects);
        Assert.Null(row.Acc.Before);
        Assert.Null(row.Asr.Before);
        Assert.Equal(2, row.Auroc.Before!.Seeds.Count);
        Assert.Equal(0, row.AurocDifference);
        Assert.DoesNotContain(comparison.Rows, r => r.Name == "signs · resnet-mini · none · PatchDrop detects");
        Assert.Contains("| AUROC A | AUROC B | AUROC B - A |", MarkdownComparison.Export(comparison), StringComparison.Ordinal);
        Assert.Equal(2, ComparisonTable.Of(comparison).Count);
        Assert.Single(ComparisonTable.Of(Compare(_ => 900, _ => 900, _ => 400, _ => 400)));
    }

    [Fact]
    public void The_command_writes_the_comparison_and_refuses_what_does_not_fit_in_one_line()
    {
        Study a = SampleRuns.Study(folder);
        SampleRuns.Write(a, folder.File("one"));
        string results = new RunFolder(a, folder.File("one")).Path, file = folder.File("compare.md");
        using var errors = new StringWriter();
        Assert.Equal(0, Program.Run(["report", results, results, "--markdown", file], errors));
        Assert.StartsWith("# A: sample, B: sample\n\n| cell | ACC A | ACC B | ACC B - A |", File.ReadAllText(file),
            StringComparison.Ordinal);
        Assert.Equal(2, Program.Run(["report", results, folder.File("nothing")], errors));
        Assert.Equal(2, Program.Run(["report", results, results, "--only", "seed=0"], errors));
        Assert.Equal(2, Program.Run(["report", results, folder.Path], errors));
        Assert.Equal(3, errors.ToString().TrimEnd().Split('\n').Length);
    }

    private RunComparison Compare(params Func<Cell, int>[] hits)
    {
        Study a = Study("a", Yaml), b = Study("b", Yaml);
        foreach (
            (Study study, Func<Cell, int> acc, Func<Cell, int> asr) in new[] { (a, hits[0], hits[2]), (b, hits[1], hits[3]) })
            foreach (Cell cell in study.Cells)
                SampleRuns.WriteResult(study, folder.File("runs"), cell, acc(cell), asr(cell), total: 1000);
        return RunComparison.Of(ComparedRuns.Of(new RunFolder(a, folder.File("runs"))),
            ComparedRuns.Of(new RunFolder(b, folder.File("runs"))));
    }

    private Study Study(string name, string yaml) =>
        StudyFile.Read(folder.File($"{name}.yaml", $"name: {name}\n{yaml}"), SampleCatalogs.All, []);

    private static string InGerman(Func<string> text)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            return text();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
