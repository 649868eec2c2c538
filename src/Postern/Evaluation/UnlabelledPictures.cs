using Postern.Models;
using Postern.Native.Paths;
using Postern.Training;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Evaluation;

/// <summary>
/// Test pictures as they come in: in a fixed order, without labels, and without a word on whether they carry a trigger. What a
/// detector is given is this.
/// </summary>
/// <param name="parts">Which pictures of which split, in order, and what reads them.</param>
/// <param name="seed">Seed of the draws of what transforms them.</param>
public sealed class UnlabelledPictures(IReadOnlyList<(BatchLoader Loader, IReadOnlyList<int> Order)> parts, long seed)
{
    /// <summary>Pictures of one split.</summary>
    /// <param name="loader">Reads them.</param>
    /// <param name="order">Which of the split, in order.</param>
    /// <param name="seed">Seed of the draws of what transforms them.</param>
    public UnlabelledPictures(BatchLoader loader, IReadOnlyList<int> order, long seed) : this([(loader, order)], seed) { }

    /// <summary>How many.</summary>
    public int Count => parts.Sum(p => p.Order.Count);

    /// <summary>The pictures in batches, [B, 3, H, W], normalised; a batch is gone when the next one is asked for.</summary>
    /// <param name="pass">Number of the pass, a key of every draw.</param>
    /// <param name="transform">What is done to them before normalisation; null for what the loader does.</param>
    /// <param name="cancel">Stops it.</param>
    public IEnumerable<Tensor> Inputs(int pass, IInputTransform? transform = null, CancellationToken cancel = default) =>
        Load(pass, loader => Transformed(loader, transform), cancel);

    /// <summary>The same without normalisation, in [0, 1].</summary>
    /// <param name="pass">Number of the pass.</param>
    /// <param name="cancel">Stops it.</param>
    public IEnumerable<Tensor> Pixels(int pass, CancellationToken cancel = default) =>
        Load(pass, loader => loader with { Mean = [0, 0, 0], Std = [1, 1, 1] }, cancel);

    /// <summary>The class with the largest logit for each picture, in order.</summary>
    /// <param name="model">The model, put into evaluation mode.</param>
    /// <param name="pass">Number of the pass.</param>
    /// <param name="transform">As in <see cref="Inputs"/>.</param>
    /// <param name="cancel">Stops it.</param>
    public int[] Predict(Backbone model, int pass, IInputTransform? transform = null, CancellationToken cancel = default)
    {
        SelfCheck.Ensure(model.Precision == Precision.BFloat16);
        model.eval();
        return [.. parts.SelectMany(p =>
            Predictions.Of(model.forward, Transformed(p.Loader, transform), p.Order, seed, pass, cancel))];
    }

    private IEnumerable<Tensor> Load(int pass, Func<BatchLoader, BatchLoader> how, CancellationToken cancel)
    {
        foreach ((BatchLoader loader, IReadOnlyList<int> order) in parts)
        {
            foreach (Batch batch in how(loader).Load(order, seed, pass, cancel))
                using (batch) yield return batch.Images;
        }
    }

    private static BatchLoader Transformed(BatchLoader loader, IInputTransform? transform) =>
        transform is null ? loader : loader with { InputTransform = transform };
}
