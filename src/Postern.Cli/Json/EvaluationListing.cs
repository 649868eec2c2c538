using Postern.Evaluation;
using Postern.Models.Checkpoints;
using Postern.Studies;

namespace Postern.Cli.Json;

/// <summary>
/// What <c>postern eval</c> measured: a row for each attack, defence and seed. Numbers are null where they do not apply or the
/// cell is not done.
/// </summary>
internal sealed record EvaluationListing(
    string Checkpoint, string Model, IReadOnlyDictionary<string, string> ModelOptions, string Dataset, string Attack,
    IReadOnlyDictionary<string, string> AttackOptions, int? TargetClass, string Defence,
    IReadOnlyDictionary<string, string> DefenceOptions, long Seed, ModelInput? Input, ShareListing? Acc, ShareListing? Asr,
    ShareListing? Ra, IReadOnlyList<DetectionListing> Detections, string Folder)
{
    /// <summary>The rows of <paramref name="run"/>.</summary>
    public static IEnumerable<EvaluationListing> Of(RunFolder run) => run.Study.Cells.Select(cell =>
    {
        CellDirectory directory = run.Of(cell);
        CellResult? result = directory.ReadResult();
        CellDescription? description = directory.ReadDescription();
        Measurement? first = result?.Measurements[0];
        return new EvaluationListing(run.Study.FilePath, cell.Model.Name, cell.Model.Values, cell.Dataset.Name, cell.Attack.Name,
            cell.Attack.Values, description?.TargetClass, cell.Defence.Name, cell.Defence.Values, cell.Seed, description?.Input,
            ShareListing.Of(first?.Acc), ShareListing.Of(first?.Asr), ShareListing.Of(first?.Ra),
            [.. result?.Detections.Select(DetectionListing.Of) ?? []], directory.Folder);
    });
}

/// <summary>A share of counted pictures, a fraction, with its 95% Wilson interval.</summary>
internal sealed record ShareListing(int Hits, int Total, double? Value, double? Low, double? High)
{
    public static ShareListing? Of(Proportion? share) => share is not Proportion p ? null
        : p.Total == 0 ? new ShareListing(p.Hits, 0, null, null, null)
        : new ShareListing(p.Hits, p.Total, p.Value, p.Low, p.High);
}

/// <summary>What a detector found at its own threshold; the AUROC is null where one side is empty.</summary>
internal sealed record DetectionListing(string Detector, double? Auroc, ShareListing? TruePositives, ShareListing? FalsePositives)
{
    public static DetectionListing Of(Detection detection) => new(detection.Detector,
        double.IsFinite(detection.All.Auroc) ? detection.All.Auroc : null, ShareListing.Of(detection.All.TruePositives),
        ShareListing.Of(detection.FalsePositives));
}
