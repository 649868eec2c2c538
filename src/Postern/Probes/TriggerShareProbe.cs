using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>
/// The trigger's part in what the class token takes in, block by block, without and with the trigger
/// (<c>docs/reference/probes.md 1</c>).
/// </summary>
public sealed class TriggerShareProbe : Probe
{
    private const int Batch = 8;

    /// <inheritdoc/>
    public override string Name => "trigger-share";

    /// <inheritdoc/>
    public override string Summary => "the trigger's share in what the class token takes in, by the state and by the convolution";

    /// <inheritdoc/>
    public override string Cost => "two passes over the pictures, and a backward scan for each block and direction in both";

    /// <inheritdoc/>
    public override string Source => "Ali, Zimerman, Wolf 2024; Zimerman, Ali, Wolf 2024";

    /// <inheritdoc/>
    protected override int UsualPictures => 200;

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack)
        ?? (model.EntryAs<ModelEntry>().Family == "deit" ? null : NoPlainVim(model));

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        PatchGrid grid = subject.Model.Grid!;
        Attack attack = subject.Attack!;
        var trigger = TriggerTokens.Of(subject.Evaluator, attack, grid);
        var pairs = new PicturePairs(subject, Batch);
        var seen = new TriggerShares(trigger);
        using var noGrad = no_grad();
        foreach ((Tensor clean, Tensor triggered) in pairs.Read(cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            (IReadOnlyList<ClassTokenIntake> without, _) = ClassTokenIntake.Of(subject.Model, clean);
            (IReadOnlyList<ClassTokenIntake> with, Tensor logits) = ClassTokenIntake.Of(subject.Model, triggered);
            seen.Add(without, with, logits.TakenFor(attack.TargetClass));
            progress((double)seen.Count / pairs.Order.Count);
        }
        return seen.Finding(grid, pairs);
    }
}
