using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Postern.Attacks;
using Postern.Datasets;
using Postern.Defences;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Learning;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>
/// Runs one cell: plan, train, evaluate, record. What is on disk after each epoch is enough to continue to the bit.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="directory">Its folder; its lock is held.</param>
/// <param name="run">What it shares with other cells.</param>
/// <param name="clock">Measures where its time goes.</param>
internal sealed class CellRunner(Cell cell, CellDirectory directory, RunContext run, CellClock clock)
{
    private const int EvaluationBatch = 200;
    private const int PreviewCount = 3;

    private readonly Dataset dataset = run.Dataset;
    private readonly Action<RunEvent> tell = run.Tell;

    /// <summary>Runs from the last finished epoch to the result.</summary>
    public void Run(CancellationToken cancel)
    {
        TrainingSettings settings = TrainingOptions.Settings(cell.Training);
        SelfCheck.Ensure(settings.Precision == Precision.BFloat16);
        if (settings.DropLast && dataset.Train.Count < settings.BatchSize)
        {
            throw cell.Training.Error(FormattableString.Invariant(
                $"drop_last leaves nothing to train on: {dataset.Train.Count} pictures do not fill a batch of {settings.BatchSize}; lower batch_size"));
        }
        Attack? attack = clock.Preparing(() => run.Attacks.Of(cell, dataset, created => Prepared(created, cancel)));
        if (attack is not null) CheckAcceptance(attack);
        PatchDefence? defence = DefenceCatalog.Create(cell.Defence, dataset.Mean);
        PoisonPlan plan = attack?.Plan(dataset.Train.Labels, cell.Seed) ?? PoisonPlan.Empty;
        using Backbone model = ModelCatalog.Create(cell.Model, dataset.Classes, dataset.InputSize, cell.Seed);
        model.Precision = settings.Precision;
        string[] notes = [.. StartFrom(model), .. cell.TrainedBy is null ? TrainingNotes.Of(settings, dataset.Train.Count) : []];
        foreach (string note in notes.Where(run.ReportedNotes.Add)) tell(new Noted(cell.Id, note));
        Describe(attack, plan, notes);

        var test = new CellTest(new Evaluator(model, Loader(dataset.Test, Augmentations.Centre, EvaluationBatch) with { InputTransform = defence is { InTests: true } ? defence : null }, cell.Seed), attack);
        CellResult result = cell.TrainedBy is Cell trainer ? Tested(model, trainer, test, plan, cancel) : Trained(model, settings, attack, defence, test, plan, cancel);
        if (defence?.Detector is not null && attack is not null)
        {
            result = result with
            {
                Detection = clock.Evaluating(() => test.Evaluator.Detect(defence, attack,
                    (done, all) => tell(new Preparing(cell.Id, "detection", (double)done / all, $"pass {done}/{all}")), cancel)),
            };
        }
        directory.WriteResult(result);
        TrainingCheckpoint.DropState(directory.Folder);
        tell(CellFinished.Of(result));
    }

    /// <summary>Puts the weights in place that training starts from, or that are tested.</summary>
    /// <returns>What the user should know about them.</returns>
    private IReadOnlyList<string> StartFrom(Backbone model)
    {
        if ((cell.TrainedBy ?? cell.Pretraining) is not Cell source) return StartingPoint.Apply(model, cell.Model);
        TrainingCheckpoint.LoadWeights(run.Folder.Of(source).Folder, model);
        return cell.TrainedBy is null ? [$"starts from the clean training {source.Id}"] : [];
    }

    /// <summary>Trains what is left of the cell and measures it.</summary>
    private CellResult Trained(Backbone model, TrainingSettings settings, Attack? attack, PatchDefence? defence, CellTest test, PoisonPlan plan, CancellationToken cancel)
    {
        using var trainer = new Trainer(model, settings, cell.Seed);
        TrainingCheckpoint.TryLoad(directory.Folder, model, trainer);
        directory.TruncateMetrics(trainer.Epoch);
        tell(new CellStarted(cell.Id, trainer.Epoch));

        BatchLoader train = Loader(dataset.Train, Augmentations.Create(settings, dataset), settings.BatchSize) with
        {
            Transform = attack is null ? null : new PoisonedSamples(attack, plan, dataset.InputSize != dataset.Train.Size),
            InputTransform = defence is { InTraining: true } ? defence : null,
            DropLast = settings.DropLast,
        };
        (CleanResult Clean, TriggeredResult? Triggered)? measured = null;
        while (trainer.Epoch < settings.Epochs)
        {
            EpochResult epoch = trainer.RunEpoch(train, step => tell(new Stepped(cell.Id, step)), cancel);
            clock.Trained(epoch, train.Kept(dataset.Train.Count));
            bool evaluates = trainer.Epoch == settings.Epochs
                || (settings.EvaluateEvery > 0 && trainer.Epoch % settings.EvaluateEvery == 0);
            measured = evaluates ? Measure(test, cancel) : null;
            EpochMetrics metrics = EpochMetrics.Of(epoch, measured?.Clean.Acc.Value, measured?.Triggered?.Asr.Value, measured?.Triggered?.Ra.Value);
            // The line comes before the checkpoint: after a kill between them, the resumed run drops it and trains the epoch again.
            clock.Saving(() =>
            {
                directory.AppendMetrics(metrics);
                TrainingCheckpoint.Save(directory.Folder, model, trainer);
            });
            tell(new EpochFinished(cell.Id, metrics));
        }
        (CleanResult clean, TriggeredResult? triggered) = measured ?? Measure(test, cancel);
        CellResult result = CellResult.Of(cell, clean, triggered, plan, model.ParameterCount, directory.ReadMetrics(), DateTimeOffset.UtcNow);
        if (trainer.Average is not WeightAverage average) return result;
        clock.Saving(() => directory.WriteAverage(average));
        return result.WithAverage(average.WithAveragedWeights(model, () => Measure(test, cancel)));
    }

    /// <summary>Measures weights that another cell trained.</summary>
    private CellResult Tested(Backbone model, Cell trainer, CellTest test, PoisonPlan plan, CancellationToken cancel)
    {
        tell(new CellStarted(cell.Id, FinishedEpochs: 0));
        CellDirectory source = run.Folder.Of(trainer);
        (CleanResult clean, TriggeredResult? triggered) = Measure(test, cancel);
        CellResult result = CellResult.Of(cell, clean, triggered, plan, model.ParameterCount, source.ReadMetrics(), DateTimeOffset.UtcNow);
        if (!File.Exists(source.AveragePath)) return result;
        Weights.Load(model, source.AveragePath);
        return result.WithAverage(Measure(test, cancel));
    }

    private (CleanResult Clean, TriggeredResult? Triggered) Measure(CellTest test, CancellationToken cancel) => clock.Evaluating(() => test.Measure(cancel));

    /// <summary>The attack with its ingredients.</summary>
    private Attack Prepared(Attack attack, CancellationToken cancel) =>
        attack.Prepare(new PreparationContext(dataset, run.Folder.Ingredients, run.Threads.Threads, new CellPreparation(cell, tell), cancel));

    /// <summary>An ingredient that is not good enough stops the cell, or warns where the study says so.</summary>
    /// <exception cref="ArtifactRefusedException">An acceptance check failed.</exception>
    private void CheckAcceptance(Attack attack)
    {
        foreach (AcceptanceCheck failed in attack.Acceptance.Where(c => !c.Passed))
        {
            if (!attack.WarnsOnly) throw new ArtifactRefusedException($"{attack.Name}: {failed}; prepare it longer or on more pictures, or set accept: warn to use it all the same");
            tell(new Warned(cell.Id, $"{failed}; it is used all the same, as accept says"));
        }
    }

    private BatchLoader Loader(ImageSet images, Augmentation augment, int batchSize) =>
        new(images, dataset.Mean, dataset.Std, dataset.InputSize, augment, null, batchSize, run.Threads.Loaders);

    /// <summary>SHA-256 of the trigger file that the study names; null for a drawn trigger.</summary>
    private string? TriggerSha256() => cell.Attack.Values.GetValueOrDefault("trigger") is { Length: > 0 } file
        ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))
        : null;

    /// <summary>Writes what the cell is, or checks that an interrupted one is still the same.</summary>
    private void Describe(Attack? attack, PoisonPlan plan, IReadOnlyList<string> notes)
    {
        IReadOnlyDictionary<string, string> paths = SelfCheck.Chosen(TrainingOptions.Settings(cell.Training).Precision == Precision.BFloat16);
        if (directory.ReadDescription() is CellDescription earlier)
        {
            if (earlier.TrainFingerprint != dataset.Train.Fingerprint || earlier.TestFingerprint != dataset.Test.Fingerprint)
                throw new InputException(directory.Folder, $"was begun on other data than {dataset.Name} is now; delete the folder or choose another with --out");
            if (earlier.Paths.Count > 0 && !Same(earlier.Paths, paths)) directory.WriteDescription(Moved(earlier, paths));
            return;
        }
        if (plan.Warning is string warning) tell(new Warned(cell.Id, warning));
        directory.WritePlan(PlanRecord.Of(plan, dataset.Train.Labels));
        if (attack is not null) ImageFile.SavePng(directory.PreviewPath, AttackPreview.Of(attack, dataset.Test, PreviewCount, dataset.InputSize).Sheet);
        directory.WriteDescription(new CellDescription
        {
            Id = cell.Id,
            Study = run.Folder.Study.Name,
            Dataset = ChoiceRecord.Of(cell.Dataset, cell.DatasetLabel),
            Model = ChoiceRecord.Of(cell.Model, cell.ModelLabel),
            Attack = ChoiceRecord.Of(cell.Attack, cell.AttackLabel),
            Defence = ChoiceRecord.Of(cell.Defence, cell.DefenceLabel),
            Training = ChoiceRecord.Of(cell.Training),
            Seed = cell.Seed,
            Pretraining = cell.Pretraining?.Id,
            TrainedBy = cell.TrainedBy?.Id,
            TrainFingerprint = dataset.Train.Fingerprint,
            TestFingerprint = dataset.Test.Fingerprint,
            Layout = dataset.Layout,
            TrainCount = dataset.Train.Count,
            TestCount = dataset.Test.Count,
            ClassNames = dataset.Train.ClassNames,
            TargetClass = attack?.TargetClass,
            TriggerSha256 = TriggerSha256() ?? attack?.TriggerSha256,
            Acceptance = attack?.Acceptance ?? [],
            Notes = notes,
            Paths = paths,
            Versions = new Dictionary<string, string>
            {
                ["postern"] = Machine.PosternVersion,
                ["torchsharp"] = Machine.TorchSharpVersion,
                ["libtorch"] = Machine.LibTorchVersion,
                ["dotnet"] = Environment.Version.ToString(),
            },
            Hardware = new Dictionary<string, string>
            {
                ["cpu"] = Machine.Processor,
                ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
                ["threads"] = run.Threads.Threads.ToString(CultureInfo.InvariantCulture),
                ["instructions"] = string.Join(" ", Machine.InstructionSets),
                ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{Machine.Memory.Total / (double)(1L << 30):f1} GiB"),
                ["device"] = "cpu",
                ["precision"] = TrainingOptions.Settings(cell.Training).Precision.Word(),
                ["os"] = RuntimeInformation.OSDescription,
            },
            CreatedUtc = DateTimeOffset.UtcNow,
        });
    }

    private static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out string? other) && other == p.Value);

    /// <summary>The description of a cell that goes on with other paths than it was begun with, as on another machine.</summary>
    private static CellDescription Moved(CellDescription earlier, IReadOnlyDictionary<string, string> paths) => earlier with
    {
        Paths = paths,
        Notes = [.. earlier.Notes, $"begun with {string.Join(", ", earlier.Paths.Except(paths).Select(p => $"{p.Key} {p.Value}"))}, continued with other paths"],
    };

    /// <summary>What a cell measures.</summary>
    private sealed record CellTest(Evaluator Evaluator, Attack? Attack)
    {
        public (CleanResult Clean, TriggeredResult? Triggered) Measure(CancellationToken cancel) =>
            Attack is null ? (Evaluator.Clean(cancel), null) : Evaluator.Both(Attack, cancel);
    }

    private sealed record CellPreparation(Cell Cell, Action<RunEvent> Tell) : IPreparationProgress
    {
        public void Report(string ingredient, double fraction, string detail) =>
            Tell(new Preparing(Cell.Id, ingredient, fraction, detail));
    }
}
