using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Of pictures' products of states and gradients: which patches they point to, and which channels of the class token. Both are
/// what lies above a threshold as a share of the largest, of what adds to the logit.
/// </summary>
/// <param name="trigger">Where the trigger is.</param>
/// <param name="threshold">0 to 1.</param>
internal sealed class StateCorrelations(TriggerTokens trigger, double threshold)
{
    private readonly Dictionary<(int Block, string State), List<Picture>> seen = [];
    private readonly int[] elsewhere = trigger.IsLocal ? [.. trigger.Elsewhere()] : [];

    /// <summary>Pictures so far.</summary>
    public int Count => seen.Count == 0 ? 0 : seen.Values.First().Count;

    /// <summary>Blocks.</summary>
    public int Blocks => seen.Keys.Max(k => k.Block) + 1;

    /// <summary>Adds some pictures.</summary>
    /// <param name="products">[B, L, E] of each block and state.</param>
    /// <param name="classes">The class of each picture; agreement is of pictures of one class.</param>
    /// <param name="counts">Which of them count.</param>
    public void Add(IReadOnlyDictionary<(int Block, string State), Tensor> products, IReadOnlyList<int> classes, bool[] counts)
    {
        foreach (((int, string) key, Tensor product) in products)
        {
            if (!seen.TryGetValue(key, out List<Picture>? pictures)) seen[key] = pictures = [];
            Tensor places = product.sum([2L]);
            // What the class token adds itself is no place in the picture.
            places.select(1, trigger.ClassToken).zero_();
            double[][] tokens = [.. Scaled(places).Doubles().Chunk((int)product.shape[1])],
                channels = [.. Scaled(product.select(1, trigger.ClassToken)).Doubles().Chunk((int)product.shape[2])];
            for (int i = 0; i < counts.Length; i++)
                if (counts[i]) pictures.Add(new Picture(classes[i], tokens[i], Above(channels[i]), channels[i].Length));
        }
    }

    /// <summary>[B, n] with what is negative at 0 and the largest of each row at 1; zeros where nothing is positive.</summary>
    internal static Tensor Scaled(Tensor rows)
    {
        Tensor positive = nn.functional.relu(rows), largest = positive.amax([1L], keepdim: true);
        return positive / where(largest > 0, largest, ones_like(largest));
    }

    /// <summary>Intersection over union; 0 where both are empty.</summary>
    internal static double Overlap(IReadOnlySet<int> first, IReadOnlySet<int> second)
    {
        int both = first.Count(second.Contains), any = first.Count + second.Count - both;
        return any == 0 ? 0 : (double)both / any;
    }

    /// <summary>For each block and picture, the overlap of the tokens with the trigger's.</summary>
    public IReadOnlyList<double[]> Overlap(string state) => OverlapWith(trigger.Tokens, state);

    /// <summary>The same with as many other tokens.</summary>
    public IReadOnlyList<double[]> OverlapElsewhere(string state) => OverlapWith(elsewhere, state);

    /// <summary>For each block and picture, the share of channels.</summary>
    public IReadOnlyList<double[]> Channels(string state) => Each(state, p => p.Channels.Count / (double)p.Width);

    /// <summary>For each block, the overlap of the channels of each picture and the one before it of the same class.</summary>
    public IReadOnlyList<double[]> Agreement(string state) =>
    [
        .. OfState(state).Select(pictures => pictures.GroupBy(p => p.Class)
            .SelectMany(same => same.Zip(same.Skip(1), (a, b) => Overlap(a.Channels, b.Channels))).ToArray()),
    ];

    /// <summary>For each token the mean over pictures and blocks.</summary>
    public double[] Places(string state) =>
        BlockRows.MeanOf([.. OfState(state).Select(pictures => BlockRows.MeanOf([.. pictures.Select(p => p.Places)]))]);

    private IReadOnlyList<double[]> OverlapWith(IReadOnlyList<int> tokens, string state)
    {
        HashSet<int> place = [.. tokens];
        return Each(state, p => Overlap(Above(p.Places), place));
    }

    private IReadOnlyList<double[]> Each(string state, Func<Picture, double> of) =>
        [.. OfState(state).Select(pictures => pictures.Select(of).ToArray())];

    private IEnumerable<List<Picture>> OfState(string state) => Enumerable.Range(0, Blocks).Select(b => seen[(b, state)]);

    private HashSet<int> Above(double[] scaled) => [.. Enumerable.Range(0, scaled.Length).Where(i => scaled[i] > threshold)];

    /// <param name="Class">Its class.</param>
    /// <param name="Places">For each token what it adds, 0 to 1.</param>
    /// <param name="Channels">The class token's channels above the threshold.</param>
    /// <param name="Width">How many channels it has.</param>
    private sealed record Picture(int Class, double[] Places, HashSet<int> Channels, int Width);
}
