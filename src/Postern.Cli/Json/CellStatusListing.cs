using Postern.Studies;

namespace Postern.Cli.Json;

/// <summary>A cell in <c>postern status --json</c>.</summary>
internal sealed record CellStatusListing(
    string Id, string State, int Epoch, int Epochs, double? ImagesPerSecond, double? SecondsLeft, string? Holder, string? Reason,
    string Log)
{
    /// <summary>The listing of a status.</summary>
    /// <param name="cell">The status.</param>
    /// <param name="state">The word for its phase.</param>
    public static CellStatusListing Of(CellStatus cell, string state) => new(
        cell.Cell.Id, state, cell.State.Epoch, cell.State.Epochs, cell.ImagesPerSecond, cell.SecondsLeft, cell.Holder,
        cell.State.Reason, cell.Log);
}
