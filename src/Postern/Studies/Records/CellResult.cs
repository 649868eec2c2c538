using Postern.Attacks;
using Postern.Defences;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>
/// <c>result.json</c>: what a cell measured after its last epoch. Its presence means that the cell is done. The counts are the
/// facts; fractions and 95% Wilson intervals follow from them and are written for readers. ASR and RA are null where there is no
/// attack.
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

    /// <summary>ACC: share of clean test pictures classified correctly.</summary>
    public double Acc => Accuracy.Value;

    /// <summary>Lower end of ACC's interval.</summary>
    public double AccLow => Accuracy.Low;

    /// <summary>Upper end of ACC's interval.</summary>
    public double AccHigh => Accuracy.High;

    /// <summary>Clean test pictures classified correctly.</summary>
    public required int AccCorrect { get; init; }

    /// <summary>Clean test pictures.</summary>
    public required int AccTotal { get; init; }

    /// <summary>ASR: share of triggered test pictures (not of the target class) classified as the target class.</summary>
    public double? Asr => Success?.Value;

    /// <summary>Lower end of ASR's interval.</summary>
    public double? AsrLow => Success?.Low;

    /// <summary>Upper end of ASR's interval.</summary>
    public double? AsrHigh => Success?.High;

    /// <summary>Triggered test pictures classified as the target class.</summary>
    public int? AsrHits { get; init; }

    /// <summary>Triggered test pictures that count.</summary>
    public int? AsrTotal { get; init; }

    /// <summary>RA: share of the same triggered pictures still classified as their true class.</summary>
    public double? Ra => Robust?.Value;

    /// <summary>Lower end of RA's interval.</summary>
    public double? RaLow => Robust?.Low;

    /// <summary>Upper end of RA's interval.</summary>
    public double? RaHigh => Robust?.High;

    /// <summary>Triggered test pictures still classified as their true class.</summary>
    public int? RaCorrect { get; init; }

    /// <summary>Triggered test pictures that count.</summary>
    public int? RaTotal { get; init; }

    /// <summary>[classes], clean test pictures of each class classified correctly.</summary>
    public required IReadOnlyList<int> PerClassCorrect { get; init; }

    /// <summary>[classes], clean test pictures of each class.</summary>
    public required IReadOnlyList<int> PerClassTotal { get; init; }

    /// <summary>[classes], triggered test pictures of each true class classified as the target class.</summary>
    public IReadOnlyList<int>? PerClassAsrHits { get; init; }

    /// <summary>[classes], triggered test pictures of each true class that count.</summary>
    public IReadOnlyList<int>? PerClassAsrTotal { get; init; }

    /// <summary>What triggered test pictures were taken for: counts by true and predicted class.</summary>
    public IReadOnlyList<ConfusionCount>? TriggeredConfusion { get; init; }

    /// <summary>How often a defence's draws changed the prediction; null unless its protocol is <c>detect</c>.</summary>
    public DetectionResult? Detection { get; init; }

    /// <summary>ACC of the running mean of the weights (EMA); null where none was kept.</summary>
    public double? EmaAcc => EmaAccCorrect is int correct ? new Proportion(correct, AccTotal).Value : null;

    /// <summary>ASR of the running mean.</summary>
    public double? EmaAsr => EmaAsrHits is int hits && AsrTotal is int total ? new Proportion(hits, total).Value : null;

    /// <summary>Clean test pictures, of <see cref="AccTotal"/>, that the running mean classifies correctly.</summary>
    public int? EmaAccCorrect { get; init; }

    /// <summary>
    /// Triggered test pictures, of <see cref="AsrTotal"/>, that the running mean classifies as the target class.
    /// </summary>
    public int? EmaAsrHits { get; init; }

    /// <summary>
    /// Triggered test pictures, of <see cref="RaTotal"/>, that the running mean still classifies as their true class.
    /// </summary>
    public int? EmaRaCorrect { get; init; }

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

    private Proportion Accuracy => new(AccCorrect, AccTotal);

    private Proportion? Success => AsrHits is int hits && AsrTotal is int total ? new Proportion(hits, total) : null;

    private Proportion? Robust => RaCorrect is int correct && RaTotal is int total ? new Proportion(correct, total) : null;

    /// <summary>The result of <paramref name="cell"/> from its measurements.</summary>
    /// <param name="cell">What ran.</param>
    /// <param name="clean">On clean test pictures.</param>
    /// <param name="triggered">On triggered test pictures; null where there is no attack.</param>
    /// <param name="plan">Who was poisoned.</param>
    /// <param name="parameters">Trainable parameters of the model.</param>
    /// <param name="epochs">Every epoch's line, in order; those of the cell that trained.</param>
    /// <param name="finished">Now.</param>
    /// <param name="trainedBy">The cell that trained the weights; null where this one did.</param>
    public static CellResult Of(Cell cell, CleanResult clean, TriggeredResult? triggered, PoisonPlan plan, long parameters,
        IReadOnlyList<EpochMetrics> epochs, DateTimeOffset finished, Cell? trainedBy = null) => new()
        {
            Id = cell.Id,
            Model = cell.Model.Name,
            Attack = cell.Attack.Name,
            Defence = cell.Defence.Name,
            Dataset = cell.Dataset.Name,
            Seed = cell.Seed,
            AccCorrect = clean.Acc.Hits,
            AccTotal = clean.Acc.Total,
            AsrHits = triggered?.Asr.Hits,
            AsrTotal = triggered?.Asr.Total,
            RaCorrect = triggered?.Ra.Hits,
            RaTotal = triggered?.Ra.Total,
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
        EmaAccCorrect = measured.Clean.Acc.Hits,
        EmaAsrHits = measured.Triggered?.Asr.Hits,
        EmaRaCorrect = measured.Triggered?.Ra.Hits,
    };

    /// <summary>Why the counts cannot be true, or null where they can.</summary>
    internal string? Contradiction()
    {
        if (AccCorrect < 0 || AccCorrect > AccTotal) return $"acc_correct {AccCorrect} of {AccTotal}";
        if (AsrHits is null != AsrTotal is null || AsrHits < 0 || AsrHits > AsrTotal) return $"asr_hits {AsrHits} of {AsrTotal}";
        if (RaCorrect is null != RaTotal is null || RaCorrect < 0 || RaCorrect > RaTotal) return $"ra_correct {RaCorrect} of {RaTotal}";
        if (EmaAccCorrect < 0 || EmaAccCorrect > AccTotal) return $"ema_acc_correct {EmaAccCorrect} of {AccTotal}";
        if (EmaAsrHits < 0 || EmaAsrHits > (AsrTotal ?? -1)) return $"ema_asr_hits {EmaAsrHits} of {AsrTotal}";
        if (EmaRaCorrect < 0 || EmaRaCorrect > (RaTotal ?? -1)) return $"ema_ra_correct {EmaRaCorrect} of {RaTotal}";
        if (PerClassCorrect.Count != PerClassTotal.Count || PerClassAsrHits?.Count != PerClassAsrTotal?.Count) return "per-class arrays of different lengths";
        if (TriggeredConfusion?.Sum(c => c.Count) is int counted && counted != AsrTotal) return $"triggered_confusion counts {counted} pictures of {AsrTotal}";
        if (Detection is { } found && (found.Clean.Count < 2 || found.Clean.Count != found.Triggered.Count)) return "detection has histograms of different lengths";
        return null;
    }
}
