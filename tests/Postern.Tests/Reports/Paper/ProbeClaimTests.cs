using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Probes;
using Postern.Reports.Exporters;
using Postern.Reports.Page;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Defences;
using Postern.Tests.Studies;
using Postern.Training.Input;

namespace Postern.Tests.Reports.Paper;

/// <summary>Claims about numbers that probes find.</summary>
public sealed class ProbeClaimTests : IDisposable
{
    private const string Study = """
        name: inside
        datasets: [signs]
        models: [{name: vim, label: Vim}, {name: resnet-mini, label: Other}]
        attacks: [{name: none, label: None}, {name: badnets, label: BadNets}]
        seeds: [0, 1, 2]
        preset: quick
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private PublishedValues Claims(string comparison) => PublishedValues.Read(folder.File("claims.yaml", $$"""
        source: ours
        tables: []
        claims:
          - id: cut
            text: What is cut out matters.
            comparisons: [{{comparison}}]
        """));

    /// <summary>Findings of the attacked Vims, of each seed: -50 ± 5 points, -10 ± 5, and 3 tokens without an interval.</summary>
    private StudySummary Summary(Func<Cell, bool>? looked = null)
    {
        StudySummary plain = PaperRuns.Summary(folder, Study, _ => new MadeUp(900, 800));
        return new StudySummary(plain.Study, [.. plain.Cells.Select(c =>
            c.Cell.Attack.Name == "none" || c.Cell.Model.Name != "vim" || looked?.Invoke(c.Cell) == false ? c
                : c with { Findings = new CellFindings([Record(c.Cell)], [], []) })]);
    }

    private static ProbeRecord Record(Cell cell)
    {
        double seed = 0.01 * cell.Seed;
        return new ProbeRecord(cell.Id, "knock-outs", new Dictionary<string, string>(), MeasuredWeights.Last, new ProbeFinding(
        [
            new("edge-cut-asr-change", "", new Quantity(-0.5 + seed, -0.55 + seed, -0.45 + seed, ProbeUnit.Change)),
            new("elsewhere-asr-change", "", new Quantity(-0.1 - seed, -0.15 - seed, -0.05 - seed, ProbeUnit.Change)),
            new("half-life", "", Quantity.Of(3 + cell.Seed, ProbeUnit.Tokens)),
            new("nothing", "", Quantity.Of(double.NaN)),
        ]));
    }

    private ComparisonResult Judged(string comparison, Func<Cell, bool>? looked = null) => Assert.Single(
        Assert.Single(PaperComparison.Of(Summary(looked), Claims(comparison)).Claims).Comparisons);

    private const string HalfLife = "{measure: probe, probe: knock-outs, number: half-life, "
        + "left: {model: Vim, attack: BadNets}, relation: greater, right: 0}";

    private const string OfCuts = "measure: probe, probe: knock-outs";

    private const string Cut = "number: edge-cut-asr-change, model: Vim, attack: BadNets",
        Elsewhere = "number: elsewhere-asr-change, model: Vim, attack: BadNets";

    [Theory]
    [InlineData("less", 20, Verdict.Holds)]
    [InlineData("less", 60, Verdict.Fails)]
    [InlineData("greater", 0, Verdict.Fails)]
    [InlineData("less", 39, Verdict.Undecided)]
    public void Two_numbers_of_the_same_cells_are_compared_in_points(string relation, int margin, Verdict verdict)
    {
        ComparisonResult found = Judged(
            $"{{{OfCuts}, left: {{{Cut}}}, relation: {relation}, right: {{{Elsewhere}}}, margin: {margin}}}");
        Assert.Equal(verdict, found.Verdict);
        // Means over seeds: -49 and -11.
        Assert.Equal((-49, -11, -38), (Math.Round(found.Left!.Value, 9), Math.Round(found.Right!.Value, 9),
            Math.Round(found.Difference!.Value, 9)));
        Assert.Null(found.Published);
        Assert.Contains("edge-cut-asr-change of Vim, BadNets", found.Comparison.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_is_judged_by_the_interval_of_its_pictures_and_a_number_without_one_is_undecided()
    {
        ComparisonResult one = Judged($"{{measure: probe, probe: knock-outs, left: {{{Cut}}}, relation: less, right: -30}}",
            looked: c => c.Seed == 0);
        Assert.Equal(-20, one.Difference!.Value, 9);
        Assert.Equal((-25, -15), (Math.Round(one.Difference.Low, 6), Math.Round(one.Difference.High, 6)));
        Assert.Equal(Verdict.Undecided, Judged(
            HalfLife, looked: c => c.Seed == 0).Verdict);
        Assert.Equal(4, Judged(HalfLife).Difference!.Value, 9);
    }

    [Theory]
    [InlineData("number: edge-cut-asr-change, left: {model: Vim, attack: BadNets}",
        "number: edge-cut-asr-change, model: Other, attack: BadNets",
        "signs, Other, BadNets: knock-outs has not looked")]
    [InlineData("left: {number: edge-cut-asr-chang, model: Vim, attack: BadNets}", Elsewhere,
        "knock-outs has no number 'edge-cut-asr-chang'; did you mean 'edge-cut-asr-change'?")]
    [InlineData("left: {number: nothing, model: Vim, attack: BadNets}", Elsewhere, "knock-outs could not tell nothing")]
    [InlineData("left: {number: half-life, model: Nobody, attack: BadNets}", Elsewhere, "Nobody")]
    public void What_is_missing_is_said(string left, string right, string missing)
    {
        ClaimResult claim = Assert.Single(PaperComparison.Of(Summary(),
            Claims($"{HalfLife}, {{measure: probe, probe: knock-outs, {left}, relation: less, right: {{{right}}}}}")).Claims);
        Assert.Equal(Verdict.Undecided, claim.Verdict);
        Assert.Contains(claim.Comparisons[1].Missing, m => m.Contains(missing, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_no_probe_has_looked_there_is_nothing_to_judge() => Assert.Empty(PaperComparison.Of(Summary(_ => false),
        Claims($"{{measure: probe, probe: knock-outs, left: {{{Cut}}}, relation: less, right: 0}}")).Claims);

    [Theory]
    [InlineData("{measure: probe, left: {model: Vim}, relation: less, right: 0}", "a comparison needs the key 'probe'")]
    [InlineData("{measure: probe, probe: knockouts, number: a, left: {model: Vim}, relation: less, right: 0}",
        "there is no probe 'knockouts'; did you mean 'knock-outs'?")]
    [InlineData("{measure: probe, probe: knock-outs, left: {model: Vim}, relation: less, right: 0}",
        "the left side names no 'number'")]
    [InlineData("{measure: asr, number: a, left: {model: Vim}, relation: less, right: 0}", "belongs to the measure probe")]
    [InlineData("{measure: asr, left: {number: a, model: Vim}, relation: less, right: 0}", "the left side has no key 'number'")]
    public void A_mistake_is_one_line(string comparison, string expected)
    {
        string error = Assert.Throws<InputException>(() => Claims(comparison)).Message;
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void They_are_on_the_page_and_in_the_exports()
    {
        StudySummary summary = Summary();
        var contents = new ReportContents(summary, PaperComparison.Of(summary,
            Claims($"{{{OfCuts}, left: {{{Cut}}}, relation: less, right: {{{Elsewhere}}}, margin: 20}}")));
        Assert.Contains("knock-outs: edge-cut-asr-change of Vim, BadNets more than 20 below", HtmlReport.Page(contents, "runs"),
            StringComparison.Ordinal);
        Assert.Contains("elsewhere-asr-change of Vim", new ClaimsCsv().Export(contents), StringComparison.Ordinal);
        Assert.NotNull(new PaperMarkdown().Export(contents));
    }

    [Fact]
    public void Those_that_come_with_Postern_speak_of_numbers_that_the_probes_find()
    {
        PublishedValues shipped = PublishedValues.Read(
            Path.Combine(SharedMaterial.RepositoryRoot, "studies", "ssm", "claims.yaml"));
        using Dataset data = SampleDefences.Stripes();
        using Backbone model = ModelCatalog.Create(new Choice(ModelCatalog.All.Get("vim", "vim"), new Dictionary<string, string>
        {
            ["patch_size"] = "2",
            ["embed_dim"] = "16",
            ["depth"] = "2",
            ["state_size"] = "4",
        }), classes: 4, 8, seed: 3);
        var evaluator = new Evaluator(model,
            new BatchLoader(data.Test, data.Mean, data.Std, 8, Augmentations.Centre, null, 32, Workers: 1), Seed: 7);
        var asked = shipped.Claims.SelectMany(c => c.Comparisons).Where(c => c.Measure == ComparedMeasure.Probe)
            .SelectMany(c => c.Terms.Select(t =>
                (Probe: c.Probe!, Attack: Assert.Single(t.Cells.Attacks), Number: t.Cells.Number!)))
            .Distinct().ToArray();
        Assert.True(asked.Length > 8);
        foreach (var part in asked.GroupBy(a => (a.Probe, a.Attack)))
        {
            AttackEntry entry = AttackCatalog.All.Get(part.Key.Attack.ToLowerInvariant(), "claims");
            Dictionary<string, string> options = new() { ["target"] = "1" };
            // In all corners of such small pictures it would be in most of their patches.
            if (entry.Options.Any(o => o.Name == "corners")) options["corners"] = "one";
            Attack attack = AttackCatalog.Create(new Choice(entry, options), new DatasetTraits("stripes", 1))!;
            Probe probe = ProbeCatalog.All.Get(part.Key.Probe, "claims");
            ProbeFinding found = probe.Run(new ProbeSubject(evaluator, attack,
                new Choice(probe, new Dictionary<string, string> { ["pictures"] = "4" })));
            Assert.All(part, p => Assert.NotNull(found[p.Number]));
        }
    }
}
