using Postern.Cli.Commands;
using Postern.Evaluation;
using Postern.Reports.Page;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>Accuracy under PGD is measured of trained cells, whenever a study asks for it, and trains nothing.</summary>
[LongGroup("Long")]
public sealed class AdversarialMeasurementTests : IDisposable
{
    private const string Small = """
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini]
        attacks: [none, {name: badnets, poison_rate: 0.1}]
        defences: [{name: patch-drop, protocol: test}, none]
        preset: quick
        train: {epochs: 2, lr: 0.003}

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Runs => folder.File("runs");

    [Fact]
    public void Asking_for_it_changes_no_id_trains_nothing_and_adds_a_record_to_every_listed_cell()
    {
        Study plain = Read(""), asking = Read("measures: [{name: adversarial, pictures: 24, steps: 3}]\n");
        Assert.Equal(plain.Cells.Select(c => c.Id), asking.Cells.Select(c => c.Id));
        Assert.Null(plain.Adversarial);
        Run(plain);
        Dictionary<string, byte[]> before = Weights(plain);
        Assert.Empty(Records(asking));
        Assert.All(asking.Cells, c => Assert.Equal(CellPhase.Interrupted, new RunFolder(asking, Runs).StateOf(c).Phase));

        List<RunEvent> heard = Run(asking);
        Assert.Empty(heard.OfType<EpochFinished>());
        Assert.Equal(before, Weights(plain));
        Assert.Equal(4, Records(asking).Count);
        Assert.All(Records(asking), r =>
        {
            Assert.True(r.IsComplete);
            Assert.Equal((24, MeasuredWeights.Last), (r.Clean.Total, r.Weights));
            Assert.True(r.Within(AdversarialBall.All[3])!.Value.Hits <= r.Clean.Hits);
        });
        Assert.All(asking.Cells, c => Assert.Equal(CellPhase.Done, new RunFolder(asking, Runs).StateOf(c).Phase));
        Assert.Empty(Run(asking));
    }

    [Fact]
    public void An_interrupted_measure_goes_on_with_the_ball_that_is_missing()
    {
        Study study = Read("measures: [{name: adversarial, pictures: 16, steps: 2}]\n");
        Run(study);
        CellDirectory cell = new RunFolder(study, Runs).Of(study.Cells[^1]);
        AdversarialRecord whole = cell.ReadAdversarial(study.Adversarial!)!;
        AdversarialBall first = AdversarialBall.All[0], last = AdversarialBall.All[^1];
        // A count that measuring would not give shows that a finished ball is not measured again.
        var sentinel = new Proportion(whole.Balls[first.Key].Hits == 0 ? 1 : 0, 16);
        var torn = new Dictionary<string, Proportion>(whole.Balls) { [first.Key] = sentinel };
        torn.Remove(last.Key);
        cell.WriteAdversarial(study.Adversarial!, whole with { Balls = torn });
        List<RunEvent> heard = Run(study);
        Assert.Equal([last.Title], heard.OfType<Preparing>().Select(p => p.Detail).Distinct());
        AdversarialRecord again = cell.ReadAdversarial(study.Adversarial!)!;
        Assert.Equal(sentinel, again.Within(first));
        Assert.Equal(whole.Within(last), again.Within(last));
    }

    [Fact]
    public void Another_number_of_pictures_is_another_record()
    {
        Study few = Read("measures: [{name: adversarial, pictures: 8, steps: 1}]\n"),
            more = Read("measures: [{name: adversarial, pictures: 12, steps: 1}]\n");
        Run(few);
        Run(more);
        Assert.All(Records(few), r => Assert.Equal(8, r.Clean.Total));
        Assert.All(Records(more), r => Assert.Equal(12, r.Clean.Total));
    }

    [Fact]
    public void The_report_has_its_column_its_scatter_and_its_numbers_only_where_it_was_asked_for()
    {
        Study plain = Read(""), asking = Read("measures: [{name: adversarial, pictures: 16, steps: 2}]\n");
        Run(asking);
        string without = File.ReadAllText(HtmlReport.Write(new RunFolder(plain, Runs)));
        Assert.DoesNotContain("PGD", without, StringComparison.Ordinal);
        var run = new RunFolder(asking, Runs);
        string page = File.ReadAllText(HtmlReport.Write(run));
        Assert.Contains(">PGD</th>", page, StringComparison.Ordinal);
        Assert.Contains("id=\"adversarial\"", page, StringComparison.Ordinal);
        string[] drawings = [.. Directory.EnumerateFiles(Path.Combine(run.Report, "figures"), "adversarial_*.svg")];
        Assert.Equal(2 * AdversarialBall.All.Count, drawings.Length);
        Assert.All(drawings, d => Assert.DoesNotContain("<path class=\"line\"", File.ReadAllText(d), StringComparison.Ordinal));
        string head = File.ReadLines(Path.Combine(run.Report, "results.csv")).First();
        Assert.Contains("adversarial_linf_1,adversarial_linf_1_sd", head, StringComparison.Ordinal);
        Assert.Contains("adversarial_l2_0.5", head, StringComparison.Ordinal);
        Assert.Contains("poison_fit,poison_fit_sd", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("measures: [adversarail]", "there is no measure 'adversarail'; did you mean 'adversarial'?")]
    [InlineData("measures: adversarial", "measures is 'adversarial', expected a list")]
    [InlineData("measures: [{name: adversarial, pictures: 5}, {name: adversarial, pictures: 6}]",
        "asks for adversarial a second time")]
    public void A_mistake_is_one_line(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Read(yaml)).Message, StringComparison.Ordinal);

    private Study Read(string more) => StudyArguments.ReadFile(folder.File("under-pgd.yaml", Small + more), []);

    private List<RunEvent> Run(Study study)
    {
        var heard = new List<RunEvent>();
        RunSummary summary = new StudyRunner(new RunFolder(study, Runs), threads: 1, heard.Add).Run(CancellationToken.None);
        Assert.Equal((study.Cells.Count, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        return heard;
    }

    private List<AdversarialRecord> Records(Study study) =>
        [.. study.Cells.Select(c => new RunFolder(study, Runs).Of(c).ReadAdversarial(study.Adversarial!))
            .OfType<AdversarialRecord>()];

    private Dictionary<string, byte[]> Weights(Study study) => Directory
        .EnumerateFiles(new RunFolder(study, Runs).Path, "last.safetensors", SearchOption.AllDirectories)
        .ToDictionary(f => f, File.ReadAllBytes);
}
