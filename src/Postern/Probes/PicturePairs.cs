using Postern.Attacks;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Native.Paths;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// The test pictures that count for an attack, each without and with its trigger; always the same ones, a few at a time.
/// </summary>
public sealed class PicturePairs
{
    private readonly Evaluator evaluator;
    private readonly Attack attack;

    /// <summary>Those that a probe is asked to look at.</summary>
    /// <param name="subject">What it looks at; its attack plants its trigger itself.</param>
    /// <param name="batch">How many at a time.</param>
    public PicturePairs(ProbeSubject subject, int batch)
    {
        evaluator = subject.Evaluator with { Loader = subject.Evaluator.Loader with { BatchSize = batch } };
        attack = subject.Attack!;
        Order = evaluator.Order(attack, subject.Pictures);
    }

    /// <summary>Their indices in the test split.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Their true classes.</summary>
    public IReadOnlyList<int> Labels => [.. Order.Select(i => evaluator.LabelsOf(null)[i])];

    /// <summary>
    /// The pictures, normalised, [B, 3, S, S] twice; a pair is gone when the next one is asked for.
    /// </summary>
    public IEnumerable<(Tensor Clean, Tensor Triggered)> Read(CancellationToken cancel)
    {
        SelfCheck.Ensure(bfloat16: false);
        return evaluator.Stream((null, Order)).Inputs(pass: 0, cancel: cancel)
            .Zip(evaluator.Stream((attack, Order)).Inputs(pass: 0, cancel: cancel));
    }

    /// <summary>One of them with its trigger, as PNG.</summary>
    /// <param name="place">Which one, counted in <see cref="Order"/>.</param>
    public byte[] PictureOf(int place)
    {
        Tensor pixels = evaluator.Stream((attack, [Order[place]])).Pixels(pass: 0).Select(p => p.cpu().clone()).Single();
        using (pixels)
            return ImageFile.EncodePng(RgbImage.Rounded(pixels.data<float>().ToArray(), (int)pixels.shape[^1]));
    }
}
