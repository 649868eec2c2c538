using System.Collections.Concurrent;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Training.Input.Stages;

namespace Postern.Training.Input;

/// <summary>
/// Makes finished samples: decode, edit, augment, normalise. Every draw is a function of (seed, epoch, sample, showing). Safe
/// from several threads; keeps a set of buffers for each.
/// </summary>
/// <param name="loader">Says what is read and what is done to it.</param>
internal sealed class SampleWriter(BatchLoader loader)
{
    private readonly int stored = loader.Images.Size, size = loader.InputSize;
    private readonly ConcurrentBag<Buffers> spare = [];

    /// <summary>
    /// Calls <paramref name="make"/> for the numbers below <paramref name="count"/> on the loader's worker threads, each with its
    /// buffers.
    /// </summary>
    public void ForEach(int count, CancellationToken stop, Action<int, Buffers> make)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, loader.Workers), CancellationToken = stop };
        Parallel.For(0, count, parallel, () => spare.TryTake(out Buffers? buffers) ? buffers : new Buffers(3 * stored * stored),
            (i, _, buffers) =>
        {
            make(i, buffers);
            return buffers;
        }, spare.Add);
    }

    /// <summary>
    /// Reads the stored picture of a sample, or the part of it that its geometry will look at where nothing edits it.
    /// </summary>
    /// <param name="place">Whose picture.</param>
    /// <param name="whole">Whether an transform will need all of it.</param>
    /// <param name="buffers">Take the picture.</param>
    public void Read(in SamplePlace place, bool whole, Buffers buffers)
    {
        buffers.Part = whole || loader.Augment.Region is not SourceRegion region
            ? PixelBox.Whole(stored)
            : region(stored, size, AugmentStream(place));
        loader.Images.Read(place.Index, buffers.Part, buffers.Bytes);
    }

    /// <summary>Makes a sample of the picture that was read last.</summary>
    /// <param name="place">Whose picture, and where in the pass.</param>
    /// <param name="transform">What changes it; null for nothing.</param>
    /// <param name="target">Receives the sample, [3, InputSize, InputSize].</param>
    /// <param name="buffers">Hold the picture, which stays as it is.</param>
    public void Finish(in SamplePlace place, ISampleTransform? transform, Span<float> target, Buffers buffers)
    {
        PixelValues.ToUnit(buffers.Bytes, buffers.Pixels, stored, buffers.Part);
        transform?.ChangeStored(place.Index, buffers.Pixels, stored);
        RandomStream stream = AugmentStream(place);
        loader.Augment.Geometry(buffers.Pixels, stored, target, size, ref stream, buffers.Stages);
        transform?.ChangeInput(place.Index, target, size);
        Run(loader.Augment.Color, "colour", place, target, buffers);
        loader.InputTransform?.Apply(target, size, place);
        int plane = size * size;
        for (int channel = 0; channel < 3; channel++)
            PixelValues.Normalise(target.Slice(channel * plane, plane), loader.Mean[channel], 1f / loader.Std[channel]);
        Run(loader.Augment.Erasing, "erasing", place, target, buffers);
    }

    private static RandomStream AugmentStream(in SamplePlace place) =>
        RandomStream.For(place.Seed, "augment", place.Epoch, place.Index, place.Showing);

    // A stream for each stage, so that leaving one out moves no draw of another.
    private void Run(PictureStage? stage, string purpose, in SamplePlace place, Span<float> target, Buffers buffers)
    {
        if (stage is null) return;
        RandomStream stream = RandomStream.For(place.Seed, purpose, place.Epoch, place.Index, place.Showing);
        stage(target, size, ref stream, buffers.Stages);
    }

    /// <summary>What one thread works in.</summary>
    /// <param name="length">Values of a stored picture.</param>
    internal sealed class Buffers(int length)
    {
        /// <summary>The stored picture, of which <see cref="Part"/> is there.</summary>
        public byte[] Bytes { get; } = new byte[length];

        /// <summary>Which part of the stored picture was read.</summary>
        public PixelBox Part { get; set; }

        /// <summary>The same as floats, edited.</summary>
        public float[] Pixels { get; } = new float[length];

        /// <summary>Buffers of the stages.</summary>
        public StageScratch Stages { get; } = new();
    }
}
