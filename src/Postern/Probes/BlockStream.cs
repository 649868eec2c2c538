using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// The stream behind each block of any network, as rows of places [B, T, C]: tokens, or the places of a map row by row.
/// </summary>
/// <param name="model">The network; it has blocks.</param>
internal sealed class BlockStream(Backbone model)
{
    private readonly Dictionary<string, int> blocks = model.Blocks.Index().ToDictionary(b => b.Item, b => b.Index);

    /// <summary>How many blocks.</summary>
    public int Count => blocks.Count;

    /// <summary>The place that the classifier reads; null where it reads the mean of all.</summary>
    public int? Reader { get; } =
        model is Vim { Config.Controls.ReadOut: ReadOut.Mean } ? null : model.Grid?.ClassToken;

    /// <summary>Shows it.</summary>
    public IDisposable Watch(Action<int, Tensor> see) =>
        model.Taps.Watch((name, stream) => see(blocks[name], Places(stream)), blocks.ContainsKey);

    /// <summary>Puts another one, of the same shape, in its place behind some blocks.</summary>
    public IDisposable Change(Predicate<int> which, Func<int, Tensor, Tensor> change) => model.Taps.Replace(
        name => blocks.TryGetValue(name, out int block) && which(block),
        (name, stream) => Like(stream, change(blocks[name], Places(stream))));

    /// <summary>What the classifier would read of it, [B, C].</summary>
    public Tensor Read(Tensor places) => Reader is int reader ? places.select(1, reader) : places.mean([1L]);

    /// <summary>1 for the places that the classifier reads and 0 for others, [T, 1].</summary>
    public Tensor Readers(Tensor places)
    {
        if (Reader is not int reader) return ones(places.shape[1], 1, device: places.device);
        Tensor one = zeros(places.shape[1], 1, device: places.device);
        one.narrow(0, reader, 1).fill_(1);
        return one;
    }

    private Tensor Places(Tensor stream) => stream.dim() == 3 ? stream
        : model.MapsAreChannelsFirst ? stream.flatten(2).transpose(1, 2) : stream.flatten(1, 2);

    private Tensor Like(Tensor stream, Tensor places) => stream.dim() == 3 ? places
        : (model.MapsAreChannelsFirst ? places.transpose(1, 2) : places).reshape(stream.shape);
}
