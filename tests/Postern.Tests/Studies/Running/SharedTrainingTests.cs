using System.Text.Json;
using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>Trainings that several cells rest on, and cells that several studies have, run once.</summary>
[LongGroup("Long")]
public sealed class SharedTrainingTests : IDisposable
{
    private const string Small = """
        datasets: [{name: signs, train: 160, test: 64}]
        models: [resnet-mini]
        attacks: [{name: badnets, poison_rate: 0.1}]
        preset: quick
        train: {epochs: 2, lr: 0.003}

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Runs => folder.File("runs");

    private Study Read(string name, string more) => StudyArguments.ReadFile(folder.File($"{name}.yaml", Small + more), []);

    private Heard Run(Study study)
    {
        var heard = new Heard();
        RunSummary summary = new StudyRunner(new RunFolder(study, Runs), threads: 1, heard.Hear).Run(CancellationToken.None);
        Assert.Equal((study.Cells.Count, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        return heard;
    }

    private CellResult ResultOf(Study study, Cell cell) => new RunFolder(study, Runs).Of(cell).ReadResult()!;

    private bool Trained(Study study, Cell cell) =>
        File.Exists(Path.Combine(new RunFolder(study, Runs).Path, cell.Id, "last.safetensors"));

    [Fact]
    public void A_defence_that_is_used_in_tests_only_tests_the_weights_of_the_undefended_cell()
    {
        Study study = Read("protocols", """
            defences:
              - none
              - {name: patch-drop, protocol: test, label: drop in tests}
              - {name: patch-shuffle, protocol: detect, trials: 3, label: detector}
              - {name: patch-drop, protocol: both, label: drop in both}
              - {name: patch-drop, protocol: train, label: drop in training}
            """);
        Heard heard = Run(study);
        Assert.Equal(2, heard.Trained);
        Cell Of(string label) => study.Cells.Single(c => c.DefenceLabel == label);
        Assert.Equal(["none", "drop in training"], study.Cells.Where(c => Trained(study, c)).Select(c => c.DefenceLabel));
        Assert.Equal(Of("none").Id, ResultOf(study, Of("drop in tests")).TrainedBy);
        Assert.Equal(Of("drop in training").Id, ResultOf(study, Of("drop in both")).TrainedBy);

        CellResult none = ResultOf(study, Of("none")), detector = ResultOf(study, Of("detector"));
        Assert.Equal((none.AccCorrect, none.AsrHits, none.FinalLoss),
            (detector.AccCorrect, detector.AsrHits, detector.FinalLoss));
        Assert.Equal((4, none.AccTotal, none.AsrTotal),
            (detector.Detection!.Clean.Count, detector.Detection.Clean.Sum(), detector.Detection.Triggered.Sum()));
        // Shuffled signs are taken for something else at least now and then.
        Assert.True(detector.Detection.Clean[0] < none.AccTotal);
        Assert.Equal(none.AsrTotal, none.TriggeredConfusion!.Sum(c => c.Count));
        Assert.Equal(none.AsrHits, none.TriggeredConfusion!.Where(c => c.Predicted == 0).Sum(c => c.Count));
    }

    [Fact]
    public void Cells_start_from_one_clean_training_and_keep_its_knowledge()
    {
        Study study = Read("tuned", "pretrain: {train: {epochs: 12, lr: 0.003}, seed: 7}\nseeds: [0, 1]\n"),
            scratch = Read("scratch", "seeds: [0, 1]\n");
        Assert.Single(study.Cells.Select(c => study.Work.Of(c).Pretraining!.Id).Distinct());
        Cell start = study.Work.Of(study.Cells[0]).Pretraining!;
        Assert.Equal(("none", 7L, 12), (start.Attack.Name, start.Seed, start.Training.Integer("epochs")));
        Assert.Empty(study.Cells.Select(c => c.Id).Intersect(scratch.Cells.Select(c => c.Id)));
        Heard heard = Run(study);
        Assert.Equal(3, heard.Trained);
        Run(scratch);
        double Loss(Study of) => new RunFolder(of, Runs).Of(of.Cells[0]).ReadMetrics()[0].Loss;
        Assert.True(Loss(study) < 0.8 * Loss(scratch), $"{Loss(study)} against {Loss(scratch)}");
        Assert.Equal(start.Id, new RunFolder(study, Runs).Of(study.Cells[0]).ReadDescription()!.Pretraining);
    }

    [Fact]
    public void One_poison_seed_gives_all_seeds_the_same_poisons_and_different_trainings()
    {
        Study own = Read("own", "seeds: [0, 1]\n"), one = Read("one", "seeds: [0, 1]\npoison_seed: 0\n");
        Run(own);
        Run(one);
        int[][] Poisons(Study study) =>
            [.. study.Cells.Select(c => new RunFolder(study, Runs).Of(c).ReadPlan()!.Poisoned.ToArray())];
        Assert.NotEqual(Poisons(own)[0], Poisons(own)[1]);
        Assert.Equal(Poisons(own)[0], Poisons(one)[0]);
        Assert.Equal(Poisons(one)[0], Poisons(one)[1]);
        double[] losses = [.. one.Cells.Select(c => ResultOf(one, c).FinalLoss)];
        Assert.NotEqual(losses[0], losses[1]);
        Assert.Equal([null, 0L], one.Cells.Select(c => new RunFolder(one, Runs).Of(c).ReadDescription()!.PoisonSeed));
        // Of poisons that training has just gone over, each with its planted trigger, the count is the plan's.
        Assert.All(one.Cells, c => Assert.Equal(16, ResultOf(one, c).PoisonFitTotal));
    }

    [Fact]
    public void Trained_weights_without_a_result_are_measured_and_give_the_same_numbers()
    {
        Study study = StudyArguments.ReadFile(folder.File("measured.yaml", Small), ["train.ema=0.9"]);
        Run(study);
        CellDirectory directory = new RunFolder(study, Runs).Of(study.Cells[0]);
        Assert.Empty(Directory.EnumerateFiles(directory.Folder, "state-*"));
        CellResult trained = directory.ReadResult()!;
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(directory.Folder, "last.safetensors"));
        File.Delete(directory.ResultPath);
        Assert.True(directory.IsTrained);

        var heard = new List<RunEvent>();
        new StudyRunner(new RunFolder(study, Runs), threads: 1, heard.Add).Run(CancellationToken.None);
        Assert.Equal([2], heard.OfType<CellStarted>().Select(e => e.FinishedEpochs));
        Assert.Empty(heard.OfType<EpochFinished>());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(directory.Folder, "last.safetensors")));
        Assert.Equal(Text(trained), Text(directory.ReadResult()!));

        static string Text(CellResult result) =>
            JsonSerializer.Serialize(result with { FinishedUtc = DateTimeOffset.UnixEpoch }, RecordFormat.Line);
    }

    [Fact]
    public void A_cell_of_two_studies_runs_once()
    {
        Study first = Read("first", ""), second = Read("second", "defences: [none, {name: patch-drop, protocol: test}]\n");
        Assert.Equal(first.Cells[0].Id, second.Cells[0].Id);
        Run(first);
        Heard heard = Run(second);
        Assert.Equal(0, heard.Trained);
        Assert.Contains(heard.Notes, n => n.Contains("taken from there", StringComparison.Ordinal));
        foreach (string file in new[] { "result.json", "metrics.jsonl", "last.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(new RunFolder(first, Runs).Path, first.Cells[0].Id, file)),
                File.ReadAllBytes(Path.Combine(new RunFolder(second, Runs).Path, second.Cells[0].Id, file)));
        }
    }

    [Fact]
    public void A_cell_measured_on_other_pictures_is_not_taken()
    {
        Study first = Read("first", ""), second = Read("second", "");
        Run(first);
        CellDirectory directory = new RunFolder(first, Runs).Of(first.Cells[0]);
        directory.WriteDescription(directory.ReadDescription()! with { TestFingerprint = new string('0', 64) });
        Assert.Equal(1, Run(second).Trained);
    }

    [Theory]
    [InlineData("pretrain: quick", "pretrain is 'quick', expected a map")]
    [InlineData("pretrain: {epochs: 3}", "pretrain has no key 'epochs'")]
    [InlineData("pretrain: {train: {epocs: 3}}", "train has no option 'epocs'; did you mean 'epochs'?")]
    [InlineData("defences: [patch-drp]", "there is no defence 'patch-drp'; did you mean 'patch-drop'?")]
    [InlineData("defences: [{name: patch-drop, protocol: never}]",
        "protocol is 'never', expected one of train, test, both, detect")]
    [InlineData("published: nowhere.yaml", "published names ")]
    [InlineData("defenses: [none]", "a study has no key 'defenses'; did you mean 'defences'?")]
    public void A_mistake_is_one_line(string yaml, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Read("mistake", yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_plan_needs_no_data_and_says_what_is_missing()
    {
        string path = folder.File("absent.yaml",
            Small.Replace("{name: signs, train: 160, test: 64}", "{name: cifar10, path: nowhere}", StringComparison.Ordinal));
        Assert.Throws<InputException>(() => StudyArguments.ReadFile(path, []));
        Study plan = StudyArguments.ReadFile(path, [], planOnly: true);
        Assert.Equal([Path.Combine(folder.Path, "nowhere")], plan.Missing);
        Assert.Single(plan.Cells);
    }

    /// <summary>Counts what it hears.</summary>
    private sealed class Heard
    {
        private readonly HashSet<string> trained = [];

        public int Trained => trained.Count;

        public List<string> Notes { get; } = [];

        public void Hear(RunEvent happened)
        {
            switch (happened)
            {
                case CellStarted e: Assert.Equal(0, e.FinishedEpochs); break;
                case EpochFinished e: trained.Add(e.Cell); break;
                case CellFailed e: Assert.Fail(e.Error); break;
                case CellSkipped e: Assert.Fail(e.Reason); break;
                case Noted e: Notes.Add(e.Note); break;
                case Warned e: Notes.Add(e.Warning); break;
            }
        }
    }
}
