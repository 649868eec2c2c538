using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// Where the trigger's effect is in a network: parts of a triggered picture's run are put back as they are without the trigger,
/// and what is left of the effect is measured (<c>docs/reference/probes.md 6</c>).
/// </summary>
public sealed class TracingProbe : Probe
{
    private const int Batch = 16, ManyBlocks = 12, UsualWindow = 3;

    /// <inheritdoc/>
    public override string Name => "tracing";

    /// <inheritdoc/>
    public override string Summary =>
        "behind which block and at which token the trigger's effect is, and in which part of a scan";

    /// <inheritdoc/>
    public override string Cost => "a pass over the pictures for each block and token, or place of a map of 8 x 8";

    /// <inheritdoc/>
    public override string Source => "Meng et al. 2022; arXiv 2404.03646";

    /// <inheritdoc/>
    protected override int UsualPictures => 50;

    /// <inheritdoc/>
    protected override IReadOnlyList<OptionInfo> OwnOptions =>
    [
        new("window", OptionKind.Integer, "0", "blocks that are put back together; 0 for 1, or 3 of more than 12 blocks")
        {
            Min = 0,
            Max = 4096,
        },
    ];

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack)
        ?? (model.EntryAs<ModelEntry>().Family == "vim" && VimControls.Of(model).Order != TokenOrder.Raster
            ? "its tokens stand in another order than the picture's" : null);

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (Backbone model, Attack attack) = (subject.Model, subject.Attack!);
        var stream = new BlockStream(model);
        if (stream.Count == 0) return new ProbeFinding([]) { Notes = ["the network has no blocks"] };
        int window = subject.Choice.Integer("window") is > 0 and int given ? given
            : stream.Count > ManyBlocks ? UsualWindow : 1;
        var pairs = new PicturePairs(subject, Batch);
        var streams = new StreamTrace(model, stream, window, attack.TargetClass,
            (patch, stride) => TriggerTokens.Patches(subject.Evaluator, attack, patch, stride),
            subject.Evaluator.Loader.InputSize);
        ScanTrace? scans = model is Vim { Config.Controls: var controls } vim && controls == new VimControls()
            ? new ScanTrace(vim, attack.TargetClass, TriggerTokens.Of(subject.Evaluator, attack, vim.Grid)) : null;
        IReadOnlyList<int> labels = pairs.Labels;
        int done = 0;
        using var noGrad = no_grad();
        foreach ((Tensor clean, Tensor triggered) in pairs.Read(cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            // Only pictures that the trigger moves from another class to the target tell something.
            (bool[] before, bool[] after) = (model.forward(clean).TakenFor(attack.TargetClass),
                model.forward(triggered).TakenFor(attack.TargetClass));
            int[] moved = [.. Enumerable.Range(0, after.Length).Where(i => after[i] && !before[i])];
            int from = done;
            done += after.Length;
            if (moved.Length > 0)
            {
                Tensor index = moved.Index(clean), without = clean.index_select(0, index),
                    with = triggered.index_select(0, index);
                int[] truths = [.. moved.Select(i => labels[from + i])];
                streams.Add(without, with, truths, cancel);
                scans?.Add(without, with, truths, cancel);
            }
            progress((double)done / pairs.Order.Count);
        }
        return Finding(streams, scans, window, pairs.Order.Count);
    }

    private static ProbeFinding Finding(StreamTrace streams, ScanTrace? scans, int window, int pictures)
    {
        ProbeFinding along = streams.Finding();
        return along with
        {
            Numbers = [.. along.Numbers, .. scans?.Numbers() ?? []],
            Tables = [.. along.Tables, .. scans?.Tables() ?? []],
            Notes =
            [
                FormattableString.Invariant(
                    $"of {pictures} pictures the {streams.Pictures} that the trigger moves to the target; blocks put back together: {window}"),
                .. along.Notes,
            ],
        };
    }
}
