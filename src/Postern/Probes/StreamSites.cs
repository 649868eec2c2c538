using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Where a stream can be put back: at each token, or in each of at most 8 x 8 squares of a map; and which of these the trigger is
/// in.
/// </summary>
internal sealed class StreamSites
{
    private const int MostSide = 8;
    private readonly int[][] places;

    private StreamSites(int[][] places, int side, TriggerTokens trigger)
    {
        (this.places, Side) = (places, side);
        (Trigger, Elsewhere) = trigger.IsLocal ? (trigger.Tokens, trigger.Elsewhere()) : ([], []);
    }

    /// <summary>How many.</summary>
    public int Count => places.Length;

    /// <summary>Squares a side, of a map.</summary>
    public int Side { get; }

    /// <summary>T, all places of the stream.</summary>
    public int Places => places.Sum(p => p.Length);

    /// <summary>Those that the trigger is in; none where it is in most.</summary>
    public IReadOnlyList<int> Trigger { get; }

    /// <summary>As many others.</summary>
    public IReadOnlyList<int> Elsewhere { get; }

    /// <summary>Those of a stream.</summary>
    /// <param name="grid">The network's tokens; null for one of maps.</param>
    /// <param name="length">T, its places.</param>
    /// <param name="size">Side of a picture in pixels.</param>
    /// <param name="triggerPatches">In which patches, of a side and distance in pixels, the trigger is.</param>
    public static StreamSites Of(PatchGrid? grid, int length, int size, Func<int, int, IReadOnlyList<int>> triggerPatches)
    {
        if (grid is not null)
            return new StreamSites([.. Enumerable.Range(0, length).Select(t => new[] { t })], grid.Side,
                new TriggerTokens([.. triggerPatches(grid.PatchSize, grid.Stride).Select(grid.TokenOf)],
                    grid.ClassToken, length));
        int map = (int)Math.Round(Math.Sqrt(length)), side = Math.Min(MostSide, map), patch = size / side;
        int[][] squares = [.. Enumerable.Range(0, length).GroupBy(p => p / map * side / map * side + p % map * side / map)
            .OrderBy(square => square.Key).Select(square => square.ToArray())];
        // A picture that squares do not divide has more patches a side; each belongs where its middle is.
        int across = (size - patch) / patch + 1;
        int[] trigger =
            [.. triggerPatches(patch, patch).Select(p => Square(p / across) * side + Square(p % across)).Distinct().Order()];
        return new StreamSites(squares, side, new TriggerTokens(trigger, side * side / 2, side * side));

        int Square(int row) => (row * patch + patch / 2) * side / size;
    }

    /// <summary>1 in some of them and 0 elsewhere, [T, 1].</summary>
    public Tensor Mask(IReadOnlyList<int> sites, Tensor like)
    {
        Tensor mask = zeros(Places, 1, device: like.device);
        foreach (int place in sites.SelectMany(s => places[s])) mask.narrow(0, place, 1).fill_(1);
        return mask;
    }
}
