using System.Globalization;
using Postern.Configuration;
using Postern.Models;
using Postern.Native;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Studies;

/// <summary>
/// Bytes that training takes on its device, as far as they can be told beforehand: the network with all that is kept beside its
/// weights, and what a forward pass keeps of each picture for the backward pass. The latter is counted on the processor, by what
/// the C library has given out before and after a pass of few pictures: the operations there keep what those of a card do.
/// </summary>
/// <param name="Held">Weights, gradients, the optimiser's moments and the running mean.</param>
/// <param name="OfPicture">What is kept of a picture.</param>
internal sealed record StepMemory(long Held, long OfPicture)
{
    // A whole step takes more than is kept, as a backward pass begins with all of it: on the processor 1.4 times of DeiTs, and
    // 1.9 to 2.0 of the other families. Workspaces of cuBLAS and cuDNN are a guess: no card was asked.
    private const double WithPassing = 2;
    private const long Workspaces = 512L << 20;

    private const int Few = 2, Tries = 5;

    /// <summary>Bytes of a step of so many pictures.</summary>
    public long Of(int pictures) => Held + (long)(WithPassing * pictures * OfPicture) + Workspaces;

    /// <summary>How many pictures of a step fit into so many bytes; 0 for none.</summary>
    public int Fitting(long bytes) =>
        (int)Math.Clamp((bytes - Workspaces - Held) / (WithPassing * Math.Max(1, OfPicture)), 0, int.MaxValue);

    /// <summary>What a cell on a card should be told of its memory; null where a step fits, or nothing is known.</summary>
    /// <exception cref="InputException">Not even a step of one picture fits.</exception>
    public static string? Shortage(OpenCell cell)
    {
        if (cell.Run.Device.IsCpu || CardMemory.Free(cell.Run.Device) is not long free) return null;
        return Measure(cell.Cell.Model, cell.Dataset.Classes, cell.Dataset.InputSize, cell.Settings)
            ?.Shortage(cell.Settings.BatchSize, free, cell.Model.NormalisesOverBatches);
    }

    /// <summary>The same of a step of so many pictures and a card with so many bytes free.</summary>
    internal string? Shortage(int pictures, long free, bool normalisesOverBatches)
    {
        if (Of(pictures) <= free) return null;
        int fitting = Fitting(free);
        string found = string.Create(CultureInfo.InvariantCulture,
            $"a step of {pictures} pictures takes about {Gigabytes(Of(pictures))} of memory, and the card has {Gigabytes(free)} free");
        if (fitting == 0)
            throw new InputException("card",
                $"{found}, which is not enough for one picture; take a larger card, or set device: cpu");
        return normalisesOverBatches
            ? string.Create(CultureInfo.InvariantCulture,
                $"{found}, enough for {fitting}; the network normalises over the batch, so if memory runs out the cell fails: lower batch_size then")
            : string.Create(CultureInfo.InvariantCulture,
                $"{found}, enough for {fitting}; if memory runs out, steps are done in parts");
    }

    /// <summary>Measures a network; takes about two passes. Null where the C library does not count.</summary>
    /// <param name="model">The network.</param>
    /// <param name="classes">Its classes.</param>
    /// <param name="imageSize">Side of its pictures.</param>
    /// <param name="settings">How it is trained.</param>
    public static StepMemory? Measure(Choice model, int classes, int imageSize, TrainingSettings settings)
    {
        if (NativeHeap.InUse() is null) return null;
        using DisposeScope scope = NewDisposeScope();
        using Backbone network = ModelCatalog.Create(model, classes, imageSize, seed: 0);
        network.Precision = settings.Precision;
        network.train();
        // Other threads' memory is in the counter, too.
        long[] kept =
            [.. Enumerable.Range(0, Tries).Select(_ => Kept(network, 2 * Few, imageSize) - Kept(network, Few, imageSize))];
        Array.Sort(kept);
        int copies = 2 + (settings.UseSgd ? 1 : 2) + (settings.EmaDecay > 0 ? 1 : 0);
        return new StepMemory(network.ParameterCount * sizeof(float) * copies, Math.Max(0, kept[Tries / 2] / Few));
    }

    /// <summary>Bytes that are in use while a loss has its gradients still to come.</summary>
    private static long Kept(Backbone network, int pictures, int imageSize)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = randn(pictures, 3, imageSize, imageSize);
        long before = NativeHeap.InUse()!.Value;
        Tensor loss = nn.functional.cross_entropy(network.forward(images), zeros(pictures, ScalarType.Int64));
        long after = NativeHeap.InUse()!.Value;
        GC.KeepAlive(loss);
        return after - before;
    }

    private static string Gigabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):f1} GiB");
}
