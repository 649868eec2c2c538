using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// How a Vim's scans remember the trigger: steps, decay, half-life, the state's difference along the scan, and influence
/// (<c>docs/reference/probes.md 2</c> and 3).
/// </summary>
public sealed class MemoryProbe : Probe
{
    private const int Batch = 8, OfInfluence = 16;

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Summary => "how long a scan remembers the trigger: steps, half-lives, and how far the state is moved";

    /// <inheritdoc/>
    public override string Cost =>
        "two passes over the pictures and a plain recurrence for each block, direction and pass; influence for 16 pictures alone";

    /// <inheritdoc/>
    public override string Source => "arXiv 2511.17970 (influence); Postern";

    /// <inheritdoc/>
    protected override int UsualPictures => 64;

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack) ?? NoPlainVim(model);

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (Attack attack, PatchGrid grid) = (subject.Attack!, subject.Model.Grid!);
        var seen = new MemoryReadings(TriggerTokens.Of(subject.Evaluator, attack, grid), grid);
        var pairs = new PicturePairs(subject, Batch);
        int done = 0;
        using var noGrad = no_grad();
        foreach ((Tensor clean, Tensor triggered) in pairs.Read(cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            (List<ScanReading> before, List<ScanReading> after) = (ScansOf(clean), ScansOf(triggered));
            // Both directions of a block come one after the other.
            for (int i = 0; i < before.Count; i += 2)
            {
                using DisposeScope block = NewDisposeScope();
                seen.Add(i / 2, (before[i], before[i + 1]), (after[i], after[i + 1]), withInfluence: done < OfInfluence);
                cancel.ThrowIfCancellationRequested();
            }
            done += (int)clean.shape[0];
            progress((double)done / pairs.Order.Count);
        }
        return seen.Finding();

        List<ScanReading> ScansOf(Tensor pictures)
        {
            List<ScanReading> scans = [];
            using IDisposable watching = subject.Model.Taps.WatchScans((_, scan) => scans.Add(scan));
            subject.Model.forward(pictures);
            return scans;
        }
    }
}
