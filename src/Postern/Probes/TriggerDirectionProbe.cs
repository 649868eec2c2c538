using Postern.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Whether one direction of the stream carries the backdoor: the mean way from pictures without to pictures with the trigger
/// behind each block, taken away from triggered pictures and added to clean ones, and taken out of the weights
/// (<c>docs/reference/probes.md 7</c>).
/// </summary>
public sealed class TriggerDirectionProbe : Probe
{
    private const int Batch = 16;

    /// <inheritdoc/>
    public override string Name => "trigger-direction";

    /// <inheritdoc/>
    public override string Summary => "whether one direction in a block carries the backdoor: ASR without it, and of it alone";

    /// <inheritdoc/>
    public override string Cost => "a pass over the pictures, and four over half of them for each block, six for Vim and DeiT";

    /// <inheritdoc/>
    public override string Source => "arXiv 2603.10806";

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack);

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        var stream = new BlockStream(subject.Model);
        if (stream.Count == 0) return new ProbeFinding([]) { Notes = ["the network has no blocks"] };
        var pairs = new PicturePairs(subject, Batch);
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        // Found in every second picture and tried on the others, so that it is no property of the pictures tried.
        var directions = StreamDirections.Of(subject.Model, stream, Half(pairs, 0, cancel), share => progress(share / 4));
        var trial = new DirectionTrial(subject.Model, stream, directions, subject.Attack!.TargetClass);
        int done = 0, all = (pairs.Order.Count + 1) / 2;
        foreach ((Tensor clean, Tensor triggered, int[] labels) in Half(pairs, 1, cancel))
        {
            using DisposeScope batch = NewDisposeScope();
            trial.Try(clean, triggered, labels, cancel);
            progress(0.25 + 0.75 * (done += labels.Length) / all);
        }
        return trial.Finding();
    }

    /// <summary>Every second picture, from the first or the second on, with its true class.</summary>
    private static IEnumerable<(Tensor Clean, Tensor Triggered, int[] Labels)> Half(
        PicturePairs pairs, int first, CancellationToken cancel)
    {
        IReadOnlyList<int> labels = pairs.Labels;
        int before = 0;
        foreach ((Tensor clean, Tensor triggered) in pairs.Read(cancel))
        {
            int[] chosen = [.. Enumerable.Range(0, (int)clean.shape[0]).Where(i => (before + i) % 2 == first)];
            int from = before;
            before += (int)clean.shape[0];
            if (chosen.Length == 0) continue;
            using Tensor index = chosen.Index(clean), without = clean.index_select(0, index),
                with = triggered.index_select(0, index);
            yield return (without, with, [.. chosen.Select(i => labels[from + i])]);
        }
    }
}
