using System.Text.Json;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Defences;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// <c>result.json</c>: what a cell measured after its last epoch. Its presence means that the cell is done. The facts are
/// <see cref="Measurements"/> and <see cref="Detections"/>; fractions, 95% Wilson intervals and the flat numbers, which are those
/// of the first measurement, follow from them and are written for readers. ASR and RA are null where there is no attack.
/// </summary>
public sealed record CellResult
{
    /// <summary>The cell's id.</summary>
    public required string Id { get; init; }

    /// <summary>Catalogue name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Catalogue name of the attack.</summary>
    public required string Attack { get; init; }

    /// <summary>Catalogue name of the defence.</summary>
    public string Defence { get; init; } = DefenceCatalog.None;

    /// <summary>Catalogue name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The cell's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>
    /// What was set, as numbers, truths, lists and texts, by part (<c>dataset</c>, <c>model</c>, <c>attack</c>, <c>defence</c>,
    /// <c>train</c>) and option; null in results of older versions. <c>cell.json</c> has all of it as text.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonElement>>? Options { get; init; }

    /// <summary>What was measured, at least one; tables show the first.</summary>
    public required IReadOnlyList<Measurement> Measurements { get; init; }

    /// <summary>ACC: share of clean test pictures classified correctly.</summary>
    public double Acc => First.Acc.Value;

    /// <summary>Lower end of ACC's interval.</summary>
    public double AccLow => First.Acc.Low;

    /// <summary>Upper end of ACC's interval.</summary>
    public double AccHigh => First.Acc.High;

    /// <summary>Clean test pictures classified correctly.</summary>
    public int AccCorrect => First.Acc.Hits;

    /// <summary>Clean test pictures.</summary>
    public int AccTotal => First.Acc.Total;

    /// <summary>ASR: share of triggered test pictures (not of the target class) classified as the target class.</summary>
    public double? Asr => First.Asr?.Value;

    /// <summary>Lower end of ASR's interval.</summary>
    public double? AsrLow => First.Asr?.Low;

    /// <summary>Upper end of ASR's interval.</summary>
    public double? AsrHigh => First.Asr?.High;

    /// <summary>Triggered test pictures classified as the target class.</summary>
    public int? AsrHits => First.Asr?.Hits;

    /// <summary>Triggered test pictures that count.</summary>
    public int? AsrTotal => First.Asr?.Total;

    /// <summary>RA: share of the same triggered pictures still classified as their true class.</summary>
    public double? Ra => First.Ra?.Value;

    /// <summary>Lower end of RA's interval.</summary>
    public double? RaLow => First.Ra?.Low;

    /// <summary>Upper end of RA's interval.</summary>
    public double? RaHigh => First.Ra?.High;

    /// <summary>Triggered test pictures still classified as their true class.</summary>
    public int? RaCorrect => First.Ra?.Hits;

    /// <summary>Triggered test pictures that count.</summary>
    public int? RaTotal => First.Ra?.Total;

    /// <summary>
    /// Share of the training set's poisons, as planted and without augmentation, classified as the target class; null without
    /// poisons, and in results that did not record it.
    /// </summary>
    public double? PoisonFit => First.PoisonFit?.Value;

    /// <summary>Lower end of its interval.</summary>
    public double? PoisonFitLow => First.PoisonFit?.Low;

    /// <summary>Upper end of its interval.</summary>
    public double? PoisonFitHigh => First.PoisonFit?.High;

    /// <summary>Poisons classified as the target class.</summary>
    public int? PoisonFitHits => First.PoisonFit?.Hits;

    /// <summary>Poisons looked at.</summary>
    public int? PoisonFitTotal => First.PoisonFit?.Total;

    /// <summary>[classes], clean test pictures of each class classified correctly, in the first measurement.</summary>
    public required IReadOnlyList<int> PerClassCorrect { get; init; }

    /// <summary>[classes], clean test pictures of each class.</summary>
    public required IReadOnlyList<int> PerClassTotal { get; init; }

    /// <summary>[classes], triggered test pictures of each true class classified as the target class.</summary>
    public IReadOnlyList<int>? PerClassAsrHits { get; init; }

    /// <summary>[classes], triggered test pictures of each true class that count.</summary>
    public IReadOnlyList<int>? PerClassAsrTotal { get; init; }

    /// <summary>What triggered test pictures were taken for: counts by true and predicted class.</summary>
    public IReadOnlyList<ConfusionCount>? TriggeredConfusion { get; init; }

    /// <summary>What detectors found; empty where the defence has none.</summary>
    public IReadOnlyList<Detection> Detections { get; init; } = [];

    /// <summary>The histograms of the first detector that counts changed predictions; null where there is none.</summary>
    public DetectionResult? Detection => Detections.Select(d => d.Histogram()).FirstOrDefault(h => h is not null);

    /// <summary>What scans of the model said; empty where the defence has none.</summary>
    public IReadOnlyList<ScanResult> Scans { get; init; } = [];

    /// <summary>Whom a filter removed from the training set; null where the defence is none.</summary>
    public FilterResult? Filtered { get; init; }

    /// <summary>What a few poisoned pictures make of the repaired weights; null where that was not asked for.</summary>
    public RetuningResult? Retuning { get; init; }

    /// <summary>Wall time of the defence after training, seconds; null where there is none.</summary>
    public double? DefenceSeconds { get; init; }

    /// <summary>Largest resident memory of the process at the defence's end, bytes; null where there is none.</summary>
    public long? DefencePeakMemory { get; init; }

    /// <summary>Why the defence has no answer for this model; null where it has one.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>ACC of the running mean of the weights (EMA); null where none was kept.</summary>
    public double? EmaAcc => Average?.Acc.Value;

    /// <summary>ASR of the running mean.</summary>
    public double? EmaAsr => Average?.Asr?.Value;

    /// <summary>Clean test pictures, of <see cref="AccTotal"/>, that the running mean classifies correctly.</summary>
    public int? EmaAccCorrect => Average?.Acc.Hits;

    /// <summary>
    /// Triggered test pictures, of <see cref="AsrTotal"/>, that the running mean classifies as the target class.
    /// </summary>
    public int? EmaAsrHits => Average?.Asr?.Hits;

    /// <summary>
    /// Triggered test pictures, of <see cref="RaTotal"/>, that the running mean still classifies as their true class.
    /// </summary>
    public int? EmaRaCorrect => Average?.Ra?.Hits;

    /// <summary>Poisoned training samples.</summary>
    public required int Poisoned { get; init; }

    /// <summary>Cover samples: triggered, label kept.</summary>
    public required int Covers { get; init; }

    /// <summary>Poisoned samples that the rate asked for.</summary>
    public required int RequestedPoisons { get; init; }

    /// <summary>Cover samples that the rate asked for.</summary>
    public required int RequestedCovers { get; init; }

    /// <summary>Trainable parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Epochs trained.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mean training loss of the last epoch; NaN (null on disk) where it is unknown.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>Wall time of training, seconds, over all interrupted parts; 0 where another cell trained.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Id of the cell that trained these weights; null where this one did.</summary>
    public string? TrainedBy { get; init; }

    /// <summary>When it was finished, UTC.</summary>
    public required DateTimeOffset FinishedUtc { get; init; }

    private Measurement? Average =>
        Measurements.FirstOrDefault(m => m.Weights == MeasuredWeights.Average && m.Input == First.Input);

    private Measurement First => Measurements[0];

    /// <summary>The result of <paramref name="cell"/> from its measurements.</summary>
    /// <param name="cell">What ran.</param>
    /// <param name="input">What the test pictures went through.</param>
    /// <param name="clean">On clean test pictures.</param>
    /// <param name="triggered">On triggered test pictures; null where there is no attack.</param>
    /// <param name="plan">Who was poisoned.</param>
    /// <param name="parameters">Trainable parameters of the model.</param>
    /// <param name="epochs">Every epoch's line, in order; those of the cell that trained.</param>
    /// <param name="finished">Now.</param>
    /// <param name="trainedBy">The cell that trained the weights; null where this one did.</param>
    public static CellResult Of(Cell cell, MeasuredInput input, CleanResult clean, TriggeredResult? triggered, PoisonPlan plan,
        long parameters, IReadOnlyList<EpochMetrics> epochs, DateTimeOffset finished, Cell? trainedBy = null) => new()
        {
            Id = cell.Id,
            Model = cell.Model.Name,
            Attack = cell.Attack.Name,
            Defence = cell.Defence.Name,
            Dataset = cell.Dataset.Name,
            Seed = cell.Seed,
            Options = OptionsOf(cell),
            Measurements = [Measurement.Of(MeasuredWeights.Last, input, (clean, triggered))],
            PerClassCorrect = [.. clean.PerClass.Select(p => p.Hits)],
            PerClassTotal = [.. clean.PerClass.Select(p => p.Total)],
            PerClassAsrHits = triggered is null ? null : [.. triggered.PerClass.Select(p => p.Hits)],
            PerClassAsrTotal = triggered is null ? null : [.. triggered.PerClass.Select(p => p.Total)],
            TriggeredConfusion = triggered?.Confusion.Counts,
            Poisoned = plan.Poisoned.Count,
            Covers = plan.Covers.Count,
            RequestedPoisons = plan.RequestedPoisons,
            RequestedCovers = plan.RequestedCovers,
            Parameters = parameters,
            Epochs = epochs.Count,
            FinalLoss = epochs.Count > 0 ? epochs[^1].Loss : double.NaN,
            TrainSeconds = trainedBy is null ? epochs.Sum(e => e.Seconds) : 0,
            TrainedBy = trainedBy?.Id,
            FinishedUtc = finished.ToUniversalTime(),
        };

    /// <summary>The result with what the running mean of the weights gave on the same pictures.</summary>
    public CellResult WithAverage((CleanResult Clean, TriggeredResult? Triggered) measured) => this with
    {
        Measurements = [.. Measurements, Measurement.Of(MeasuredWeights.Average, First.Input, measured)],
    };

    /// <summary>The result of a repair: what the repaired weights gave comes first, what the trained ones gave is kept.</summary>
    public CellResult WithRepaired((CleanResult Clean, TriggeredResult? Triggered) measured) => this with
    {
        Measurements = [Measurement.Of(MeasuredWeights.Repaired, First.Input, measured), .. Measurements],
        PerClassCorrect = [.. measured.Clean.PerClass.Select(p => p.Hits)],
        PerClassTotal = [.. measured.Clean.PerClass.Select(p => p.Total)],
        PerClassAsrHits = measured.Triggered is null ? null : [.. measured.Triggered.PerClass.Select(p => p.Hits)],
        PerClassAsrTotal = measured.Triggered is null ? null : [.. measured.Triggered.PerClass.Select(p => p.Total)],
        TriggeredConfusion = measured.Triggered?.Confusion.Counts,
    };

    /// <summary>The result with what <paramref name="weights"/> make of the poisons that the model was trained on.</summary>
    public CellResult WithPoisonFit(MeasuredWeights weights, Proportion? fit) => this with
    {
        Measurements = [.. Measurements.Select(m => m.Weights == weights ? m with { PoisonFit = fit } : m)],
    };

    /// <summary>Why these epochs cannot be its own; null where they can, and where another cell trained.</summary>
    internal string? Disagreement(IReadOnlyList<EpochMetrics> epochs) => TrainedBy is not null ? null
        : epochs.Count != Epochs ? $"it has {epochs.Count} epochs, and result.json tells of {Epochs}"
        : epochs.Count > 0 && !epochs[^1].Loss.Equals(FinalLoss) ? "its last loss is not that of result.json"
        : null;

    private static Dictionary<string, IReadOnlyDictionary<string, JsonElement>> OptionsOf(Cell cell)
    {
        (string, Choice)[] parts = [("dataset", cell.Dataset), ("model", cell.Model), ("attack", cell.Attack),
            ("defence", cell.Defence), ("train", cell.Training)];
        return parts.ToDictionary(p => p.Item1, p => (IReadOnlyDictionary<string, JsonElement>)p.Item2.Entry.Options
            .OrderBy(o => o.Name, StringComparer.Ordinal)
            .ToDictionary(o => o.Name, o => JsonSerializer.SerializeToElement(OptionValue.Typed(o, p.Item2.Values[o.Name]))));
    }

    /// <summary>Why the counts cannot be true, or null where they can.</summary>
    internal string? Contradiction()
    {
        if (Measurements.Count == 0) return "nothing was measured";
        if (Measurements.Select(m => m.Contradiction()).FirstOrDefault(w => w is not null) is string wrong) return wrong;
        if (Measurements.Any(m => m.Acc.Total != AccTotal || m.Asr?.Total != AsrTotal))
            return "measurements of different pictures";
        if (PerClassCorrect.Count != PerClassTotal.Count || PerClassAsrHits?.Count != PerClassAsrTotal?.Count)
            return "per-class arrays of different lengths";
        if (PerClassCorrect.Count > 0 && (PerClassCorrect.Sum() != AccCorrect || PerClassTotal.Sum() != AccTotal))
            return $"per_class counts {PerClassCorrect.Sum()} of {PerClassTotal.Sum()}, acc counts {AccCorrect} of {AccTotal}";
        if (PerClassAsrHits is { Count: > 0 } hits && (hits.Sum() != AsrHits || PerClassAsrTotal!.Sum() != AsrTotal))
            return $"per_class_asr counts {hits.Sum()} of {PerClassAsrTotal!.Sum()}, asr counts {AsrHits} of {AsrTotal}";
        if (TriggeredConfusion?.Sum(c => c.Count) is int counted && counted != AsrTotal)
            return $"triggered_confusion counts {counted} pictures of {AsrTotal}";
        return Detections.Select(d => d.Contradiction()).FirstOrDefault(w => w is not null);
    }
}
