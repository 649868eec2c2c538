using Postern.Attacks;
using Postern.Datasets;
using Postern.Defences;
using Postern.Evaluation;
using Postern.Learning;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>A cell with everything in memory that its tasks need: data, attack, plan, defence and model.</summary>
internal sealed class OpenCell : IDisposable
{
    private const int EvaluationBatch = 200;

    private OpenCell(Cell cell, RunContext run, CellClock clock) =>
        (Cell, Run, Clock, Directory) = (cell, run, clock, run.Folder.Of(cell));

    /// <summary>The cell.</summary>
    public Cell Cell { get; }

    /// <summary>What it shares with other cells.</summary>
    public RunContext Run { get; }

    /// <summary>Measures where its time goes.</summary>
    public CellClock Clock { get; }

    /// <summary>Its folder; the lock is held.</summary>
    public CellDirectory Directory { get; }

    /// <summary>How it is trained.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>Its attack, made ready; null where it has none.</summary>
    public required Attack? Attack { get; init; }

    /// <summary>What its defence does.</summary>
    public required Defence Defence { get; init; }

    /// <summary>Who is poisoned.</summary>
    public required PoisonPlan Plan { get; init; }

    /// <summary>The model, with its initial weights until a task puts others in place.</summary>
    public required Backbone Model { get; init; }

    /// <summary>What may surprise about it however it is done, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the files of its weights tell of them.</summary>
    public WeightHeader Header => CellHeader.Of(Cell, Dataset);

    /// <summary>The open dataset.</summary>
    public Dataset Dataset => Run.Dataset;

    /// <summary>What the weights of the last epoch gave; null where that is still to be measured.</summary>
    public Measured? Latest { get; set; }

    /// <summary>Measures the model on the test split.</summary>
    public Evaluator Evaluator
    {
        get
        {
            BatchLoader test = Loader(Dataset.Test, Augmentations.InTests(Dataset), EvaluationBatch);
            return new Evaluator(Model, test with { InputTransform = Defence.InTests }, Cell.Seed);
        }
    }

    /// <summary>What test pictures go through.</summary>
    public MeasuredInput TestInput => Defence.InTests is null ? MeasuredInput.Plain : MeasuredInput.Defended;

    /// <summary>The clean pictures that its defender holds.</summary>
    /// <exception cref="InputException">The stored split is damaged, or cannot be written.</exception>
    public CleanPictures CleanPictures =>
        new(Dataset, CleanSplitFile.Of(Run.Folder.Output, Dataset), EvaluationBatch, Run.Threads.Loaders, Run.Device);

    /// <summary>Opens <paramref name="cell"/>.</summary>
    /// <exception cref="InputException">Its options do not fit together or the dataset.</exception>
    /// <exception cref="ArtifactRefusedException">What its attack learnt is not good enough.</exception>
    public static OpenCell Of(Cell cell, RunContext run, CellClock clock, CancellationToken cancel)
    {
        Dataset dataset = run.Dataset;
        TrainingSettings settings = TrainingOptions.Settings(cell.Training);
        if (settings.Epochs > 0 && settings.DropLast && dataset.Train.Count < settings.BatchSize)
        {
            throw cell.Training.Error(FormattableString.Invariant(
                $"drop_last leaves nothing to train on: {dataset.Train.Count} pictures do not fill a batch of {settings.BatchSize}; lower batch_size"));
        }
        SelfCheck.Ensure(settings.Precision == Precision.BFloat16);
        Attack? attack = clock.Preparing(() => run.AttackOf(cell, cancel));
        if (attack is not null) CheckAcceptance(cell, attack, run.Tell);
        // What the attack has learnt belongs to cells with and without; the rest is this cell's own.
        run.Device.UseTf32(settings.UsesTf32);
        IReadOnlyList<string> notes = [];
        if (settings.Epochs == 0)
        {
            (dataset, notes) = WeightsAsTheyAre.Fed(cell, dataset);
            run = run with { Dataset = dataset };
        }
        Defence defence = DefenceCatalog.Create(cell.Defence, dataset);
        // What weights that are only measured were trained on, nobody knows here.
        PoisonPlan plan = settings.Epochs == 0 ? PoisonPlan.Empty
            : attack?.Plan(dataset.Train.Labels, cell.PoisonSeed ?? cell.Seed) ?? PoisonPlan.Empty;
        Backbone model = NewModel(cell, run, settings);
        model.TokenShuffle = defence.TokenShuffle;
        return new OpenCell(cell, run, clock)
        {
            Settings = settings,
            Attack = attack,
            Defence = defence,
            Plan = plan,
            Model = model,
            Notes = notes,
        };
    }

    /// <summary>A model like the cell's own, with its initial weights; the caller disposes it.</summary>
    public Backbone NewModel() => NewModel(Cell, Run, Settings);

    private static Backbone NewModel(Cell cell, RunContext run, TrainingSettings settings)
    {
        Backbone model =
            ModelCatalog.Create(cell.Model, run.Dataset.Classes, run.Dataset.InputSize, cell.Seed, run.Device);
        model.Precision = settings.Precision;
        return model;
    }

    /// <summary>ACC of the model, and ASR and RA where there is an attack.</summary>
    public Measured Measure(CancellationToken cancel) => Clock.Evaluating(() =>
    {
        (CleanResult clean, TriggeredResult? triggered) = Evaluator.Measure(Attack, cancel);
        return new Measured(clean, triggered);
    });

    /// <summary>Puts the weights of the first measurement in place, which is the one that tables show.</summary>
    /// <param name="task">Whose weights are measured.</param>
    public MeasuredWeights PutShownWeights(MeasureTask task)
    {
        MeasuredWeights shown = Directory.ReadResult()!.Measurements[0].Weights;
        if (shown == MeasuredWeights.Repaired) Weights.Load(Model, Directory.RepairedPath);
        else TrainingCheckpoint.LoadWeights(Run.Folder.Of(task.Weights.Cell).Folder, Model);
        return shown;
    }

    /// <summary>What the model makes of the poisons that it was trained on; null where there are none.</summary>
    public Proportion? PoisonFit(CancellationToken cancel) => Attack is null || Plan.Poisoned.Count == 0 ? null
        : Clock.Evaluating(() => Evaluator.PoisonFit(Attack, Plan, Dataset.Train, cancel));

    /// <summary>Whether a task of this cell has begun here.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Writes what the cell is, and tells what may surprise.</summary>
    /// <param name="notes">What may surprise about its training, a sentence each.</param>
    /// <exception cref="InputException">It was begun on other data.</exception>
    public void Begin(IReadOnlyList<string> notes)
    {
        string[] all = [.. Dataset.Notes, .. Notes, .. notes];
        foreach (string note in all.Where(Run.ReportedNotes.Add)) Run.Tell(new Noted(Cell.Id, note));
        CellOpening.Write(this, all);
        HasBegun = true;
    }

    /// <summary>Begins with weights that are trained already, unless an earlier task has begun.</summary>
    /// <param name="elsewhere">Whether another cell trained them.</param>
    public void BeginTrained(bool elsewhere)
    {
        if (HasBegun) return;
        Begin(notes: []);
        Run.Tell(new CellStarted(Cell.Id, FinishedEpochs: elsewhere ? 0 : Settings.Epochs));
    }

    /// <summary>The training pictures as the cell's training sees them, poisoned where there is an attack.</summary>
    public BatchLoader TrainingBatches() =>
        Loader(Dataset.Train, Settings.AugmentationFor(Dataset), Settings.BatchSize) with
        {
            Transform = Attack is null ? null : new PoisonedSamples(Attack, Plan, Dataset.InputSize != Dataset.Train.Size),
            InputTransform = Defence.InTraining,
            DropLast = Settings.DropLast,
            Repeats = Settings.Repeats,
        };

    /// <summary>Batches of <paramref name="images"/>.</summary>
    public BatchLoader Loader(ImageSet images, Augmentation augment, int batchSize) =>
        new(images, Dataset.Mean, Dataset.Std, Dataset.InputSize, augment, null, batchSize, Run.Threads.Loaders)
        {
            Device = Run.Device,
        };

    /// <summary>Releases the model.</summary>
    public void Dispose() => Model.Dispose();

    /// <summary>An artifact that is not good enough stops the cell, or warns where the study says so.</summary>
    private static void CheckAcceptance(Cell cell, Attack attack, Action<RunEvent> tell)
    {
        foreach (AcceptanceCheck failed in attack.CheckAcceptance("accept: warn"))
            tell(new Warned(cell.Id, $"{failed}; it is used all the same, as accept says"));
    }
}

/// <summary>What weights gave on the test split.</summary>
/// <param name="Clean">On clean pictures.</param>
/// <param name="Triggered">On triggered pictures; null where there is no attack.</param>
internal sealed record Measured(CleanResult Clean, TriggeredResult? Triggered);
