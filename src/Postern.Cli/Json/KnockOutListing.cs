using Postern.Probes;
using Postern.Studies;

namespace Postern.Cli.Json;

/// <summary>
/// What <c>postern probe</c> found of a cell. <c>kept</c> is of the triggered pictures that are taken for the target by the
/// network as it is.
/// </summary>
internal sealed record KnockOutListing(
    string Cell, IReadOnlyList<int> TriggerTokens, int ClassToken, ShareListing? Acc, ShareListing? Asr,
    IReadOnlyList<KnockOutRowListing> KnockOuts)
{
    public static KnockOutListing Of(KnockOutRecord record) => new(record.Id,
        record.Result.Trigger.IsLocal ? record.Result.Trigger.Tokens : [], record.Result.Trigger.ClassToken,
        ShareListing.Of(record.Result.Acc), ShareListing.Of(record.Result.Asr),
        [.. record.Result.Rows.Select(KnockOutRowListing.Of)]);
}

/// <summary>A knock-out; <c>control_of</c> names the one that it is the comparison of.</summary>
internal sealed record KnockOutRowListing(
    string Name, string? ControlOf, IReadOnlyList<int> Tokens, ShareListing? Acc, ShareListing? Asr, ShareListing? Kept,
    ChangeListing AccChange, ChangeListing AsrChange)
{
    public static KnockOutRowListing Of(KnockOutRow row) => new(row.Name, row.ControlOf, row.Tokens, ShareListing.Of(row.Acc),
        ShareListing.Of(row.Asr), ShareListing.Of(row.Kept), ChangeListing.Of(row.AccChange), ChangeListing.Of(row.AsrChange));
}

/// <summary>A change of a share of the same pictures, a fraction, with its 95% interval.</summary>
internal sealed record ChangeListing(int Lost, int Gained, int Total, double? Value, double? Low, double? High)
{
    public static ChangeListing Of(PairedChange change) => change.Total == 0
        ? new ChangeListing(0, 0, 0, null, null, null)
        : new ChangeListing(change.Lost, change.Gained, change.Total, change.Value, change.Low, change.High);
}
