using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Studies;
using Postern.Studies.PoisonedSets;
using Postern.Training.Input;

namespace Postern.Tests.Studies;

/// <summary>
/// Weight files, Postern's own and others', are measured as they are: by <c>eval</c>, and by studies of no epochs.
/// </summary>
[LongGroup("Long")]
public sealed class WeightsAsTheyAreTests : IDisposable
{
    private const string Data = "{name: signs, train: 64, test: 64}";
    private static readonly ModelInput Usual = new(32, [0.47f, 0.41f, 0.42f], [0.245f, 0.234f, 0.233f]);
    private static readonly ModelInput Other = new(32, [0.1f, 0.2f, 0.3f], [0.02f, 0.03f, 0.04f]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static Backbone Model(int classes = 16) =>
        ModelCatalog.Create(new Choice(ModelCatalog.All.Get("resnet-mini", "")), classes, imageSize: 32, seed: 5);

    private static Dataset OpenSigns() => DatasetCatalog.Open(new Choice(DatasetCatalog.All.Get("signs", ""),
        new Dictionary<string, string> { ["train"] = "64", ["test"] = "64" }));

    /// <summary>A file of such a model's weights, with what Postern would tell of it or, as other programs, nothing.</summary>
    private string File(WeightHeader? header = null, int classes = 16)
    {
        string path = folder.File("other.safetensors");
        using Backbone model = Model(classes);
        using FileStream stream = System.IO.File.Create(path);
        SafeTensors.Write(stream, model.state_dict(), header?.Pairs().ToDictionary());
        return path;
    }

    private (RunFolder Run, List<string> Notes) Evaluate(CheckpointStudy request, params string[] sets)
    {
        (RunFolder run, List<string> notes, RunSummary summary) = Run(request, sets);
        Assert.Equal((run.Study.Cells.Count, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        return (run, notes);
    }

    private string Refusal(CheckpointStudy request)
    {
        (RunFolder run, _, RunSummary summary) = Run(request);
        Assert.Equal((0, 1, 0), (summary.Done, summary.Failed, summary.Skipped));
        return run.StateOf(Assert.Single(run.Study.Cells)).Reason!;
    }

    private (RunFolder Run, List<string> Notes, RunSummary Summary) Run(CheckpointStudy request, params string[] sets)
    {
        var run = new RunFolder(request.Read(StudyArguments.Catalogs, sets), folder.File("runs"));
        var notes = new List<string>();
        RunSummary summary = new StudyRunner(run, threads: 1, happened =>
        {
            if (happened is Noted noted) notes.Add(noted.Note);
        }).Run(CancellationToken.None);
        return (run, notes, summary);
    }

    private static CellResult ResultOf(RunFolder run, string attack, string defence = "none") =>
        run.Of(run.Study.Cells.Single(c => c.AttackLabel == attack && c.DefenceLabel == defence)).ReadResult()!;

    private static (CleanResult Clean, TriggeredResult? Triggered) Expected(ModelInput input, string attack)
    {
        using Backbone model = Model();
        using Dataset signs = OpenSigns();
        var loader = new BatchLoader(signs.Test, [.. input.Mean], [.. input.Std], 32, Augmentations.Centre, null,
            200, Workers: 1);
        return new Evaluator(model, loader)
            .Measure(AttackCatalog.Create(new Choice(AttackCatalog.All.Get(attack, "")), signs.Traits));
    }

    [Fact]
    public void A_foreign_file_is_fed_with_the_datas_constants_and_measured_by_the_evaluator()
    {
        (RunFolder run, _) = Evaluate(new CheckpointStudy(File(), Data) { Attacks = ["badnets", "blend"] });
        Assert.All(new[] { "badnets", "blend" }, attack =>
        {
            (CleanResult clean, TriggeredResult? triggered) = Expected(Usual, attack);
            CellResult result = ResultOf(run, attack);
            Assert.Equal((clean.Acc, triggered!.Asr, triggered.Ra),
                (result.Measurements[0].Acc, result.Measurements[0].Asr!.Value,
                result.Measurements[0].Ra!.Value));
            Assert.Equal((0, 0), (result.Poisoned, result.Epochs));
        });
    }

    [Fact]
    public void A_file_that_tells_its_constants_is_fed_with_them_and_the_run_says_so()
    {
        string file =
            File(new WeightHeader(new NamedOptions("resnet-mini", new Dictionary<string, string>()), Other, null, null));
        (RunFolder run, List<string> notes) = Evaluate(new CheckpointStudy(file, Data) { Attacks = ["badnets"] });
        (CleanResult clean, TriggeredResult? triggered) = Expected(Other, "badnets");
        CellResult result = ResultOf(run, "badnets");
        Assert.Equal((clean.Acc, triggered!.Asr), (result.Measurements[0].Acc, result.Measurements[0].Asr!.Value));
        CellDescription description = run.Of(run.Study.Cells[0]).ReadDescription()!;
        Assert.Equal(Other.Mean, description.Input!.Mean);
        Assert.Equal(Other.Std, description.Input.Std);
        Assert.Contains(notes, n => n.Contains("0.02, 0.03, 0.04", StringComparison.Ordinal));
    }

    [Fact]
    public void Attacks_and_defences_rest_on_one_copy_of_the_weights_that_tells_model_input_and_classes()
    {
        (RunFolder run, _) = Evaluate(new CheckpointStudy(File(), Data)
        {
            Attacks = ["badnets", "blend"],
            Defences = ["{name: patch-drop, protocol: test}"],
        });
        Assert.Equal(4, run.Study.Cells.Count);
        string copy = Assert.Single(Directory.GetFiles(run.Path, "last.safetensors", SearchOption.AllDirectories));
        WeightHeader header = WeightHeader.At(copy);
        Assert.Equal("resnet-mini", header.Model!.Name);
        Assert.Equal(32, header.Input!.Size);
        Assert.Equal(Usual.Mean, header.Input.Mean);
        Assert.Equal(Usual.Std, header.Input.Std);
        Assert.Equal(Signs.ClassNames, header.ClassNames);
        Assert.NotEqual(ResultOf(run, "badnets").FinishedUtc, ResultOf(run, "badnets", "patch-drop").FinishedUtc);
    }

    [Theory]
    [InlineData(PoisonedSetFormat.ImageFolder, "val_triggered")]
    [InlineData(PoisonedSetFormat.ImageFolder, "")]
    [InlineData(PoisonedSetFormat.Parquet, "test_triggered-00000-of-00001.parquet")]
    [InlineData(PoisonedSetFormat.Parquet, "")]
    public void Triggered_pictures_on_disk_give_the_asr_and_ra_of_the_attack_that_made_them(
        PoisonedSetFormat format, string part)
    {
        using (Dataset signs = OpenSigns())
        {
            var choice = new Choice(AttackCatalog.All.Get("badnets", ""), new Dictionary<string, string> { ["target"] = "3" });
            var set = new PoisonedSet(signs, AttackCatalog.Create(choice, signs.Traits)!, choice, Seed: 0)
            {
                WithTrain = false,
                Format = format,
            };
            set.Write(folder.File("poisoned"), null, CancellationToken.None);
        }
        string file = File();
        (RunFolder run, _) = Evaluate(new CheckpointStudy(file, Data)
        {
            Attacks = ["{name: badnets, target: 3}"],
            Triggered = [Path.Combine(folder.File("poisoned"), part)],
        });
        Measurement own = ResultOf(run, "badnets").Measurements[0], stored = ResultOf(run, "triggered").Measurements[0];
        Assert.Equal((own.Acc, own.Asr, own.Ra), (stored.Acc, stored.Asr, stored.Ra));
        Assert.Equal(60, stored.Asr!.Value.Total);
        Assert.Equal(3, run.Of(run.Study.Cells[1]).ReadDescription()!.TargetClass);
    }

    [Fact]
    public void Other_triggered_pictures_are_another_cell()
    {
        Assert.NotEqual(IdWith(1), IdWith(2));

        string IdWith(byte value)
        {
            string place = Path.Combine(folder.File("mine"), "stop");
            Directory.CreateDirectory(place);
            var picture = new Postern.Imaging.RgbImage(32, 32);
            picture.Pixels.AsSpan().Fill(value);
            Postern.Imaging.ImageFile.SavePng(Path.Combine(place, "1.png"), picture);
            return new CheckpointStudy(File(), Data) { Triggered = [folder.File("mine")], Target = "yield" }
                .Read(StudyArguments.Catalogs, []).Cells[0].Id;
        }
    }

    [Fact]
    public void A_classifier_of_other_classes_is_refused_and_never_measured_anew()
    {
        string refusal = Refusal(new CheckpointStudy(File(classes: 10), Data));
        Assert.Contains("other.safetensors", refusal, StringComparison.Ordinal);
        Assert.Contains("10 classes", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_in_another_order_are_refused()
    {
        string file = File(new WeightHeader(null, null, [.. Enumerable.Reverse(Signs.ClassNames)], null));
        Assert.Contains("another order", Refusal(new CheckpointStudy(file, Data)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[resnet-mini]", "[none]", "checkpoint")]
    [InlineData("[{name: resnet-mini, checkpoint: other.safetensors}]", "[patch-drop]", "protocol")]
    public void A_study_of_no_epochs_needs_weights_and_takes_no_defence_of_training(string models, string defences, string named)
    {
        _ = File();
        string study = folder.File("zero.yaml", $$"""
            datasets: [{{Data}}]
            models: {{models}}
            attacks: [badnets]
            defences: {{defences}}
            preset: quick
            train: {epochs: 0}
            """);
        InputException error = Assert.Throws<InputException>(() => StudyArguments.ReadFile(study, []));
        Assert.Contains("epochs: 0", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_known_model_is_an_error_that_says_how_to_name_one()
    {
        string path = folder.File("odd.safetensors");
        using (FileStream stream = System.IO.File.Create(path))
            SafeTensors.Write(
                stream, new Dictionary<string, TorchSharp.torch.Tensor> { ["a.weight"] = TorchSharp.torch.zeros(2, 2) });
        Assert.Contains("--model", Assert.Throws<InputException>(
            () => new CheckpointStudy(path, Data).Read(StudyArguments.Catalogs, [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--attack", "badnet", "badnets")]
    [InlineData("--attack", "{name: badnets, opacty: 1}", "opacity")]
    [InlineData("--defence", "patch-dorp", "patch-drop")]
    public void A_mistyped_argument_names_itself_and_the_nearest_name(string option, string value, string nearest)
    {
        var request = new CheckpointStudy(File(), Data);
        request = option == "--attack" ? request with { Attacks = [value] } : request with { Defences = [value] };
        string message = Assert.Throws<InputException>(() => request.Read(StudyArguments.Catalogs, [])).Message;
        Assert.Contains($"{option} {value}", message, StringComparison.Ordinal);
        Assert.Contains(nearest, message, StringComparison.Ordinal);
    }
}
