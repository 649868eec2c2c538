using Postern.Attacks;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Models;
using Postern.Training.Input;

namespace Postern.Probes;

/// <summary>
/// ASR by the place of the trigger, and what it goes with: how far along the scan the class token is, the row, the column, or the
/// middle of the picture (<c>docs/reference/probes.md 4</c>).
/// </summary>
public sealed class PositionProbe : Probe
{
    private const int CellSize = 4, LeastSide = 4, MostSide = 14, MostBlocks = 9;
    private static readonly string[] Names = ["row", "column", "centre", "scan"];

    /// <inheritdoc/>
    public override string Name => "position";

    /// <inheritdoc/>
    public override string Summary => "ASR by where the trigger stands, and whether the way to the class token decides it";

    /// <inheritdoc/>
    public override string Cost => "a pass over the triggered pictures for each patch of the grid";

    /// <inheritdoc/>
    public override string Source => "Du et al. 2024; Postern";

    /// <inheritdoc/>
    protected override int UsualPictures => 100;

    /// <inheritdoc/>
    protected override IReadOnlyList<OptionInfo> OwnOptions =>
    [
        new("block", OptionKind.Integer, "1", "of a trigger of several blocks the one that is planted, row by row")
        {
            Min = 1,
            Max = MostBlocks,
        },
    ];

    /// <inheritdoc/>
    public override string? Unfit(Choice model, Choice attack) => NoPairs(attack)
        ?? (attack.EntryAs<AttackEntry>().Kind == "patch" ? null : "its trigger is no patch that could be moved");

    /// <inheritdoc/>
    protected override ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel)
    {
        (Evaluator evaluator, Attack attack) = (subject.Evaluator, subject.Attack!);
        BatchLoader loader = evaluator.Loader with { InputTransform = null };
        bool crops = loader.InputSize != loader.Images.Size;
        int size = attack.EntersAtInput(crops) ? loader.InputSize : loader.Images.Size;
        IReadOnlyList<int> order = evaluator.Order(attack, subject.Pictures);
        IReadOnlyList<TriggerBox> blocks = TriggerBox.Blocks(attack, order[0], size);
        int block = subject.Choice.Integer("block");
        if (blocks.Count is 0 or > MostBlocks || block > blocks.Count || 2 * Math.Max(blocks[0].Height, blocks[0].Width) > size)
            return new ProbeFinding([]) { Notes = ["the trigger has no such block that could be moved"] };
        TriggerBox box = blocks[block - 1];
        PatchGrid grid = subject.Model.Grid ?? Cells(loader.InputSize);
        var rates = new List<Proportion>();
        for (int patch = 0; patch < grid.Patches; patch++)
        {
            var moved = new MovedTrigger(attack, Moved(patch / grid.Side, box.Top, box.Height),
                Moved(patch % grid.Side, box.Left, box.Width), crops)
            {
                Part = blocks.Count > 1 ? box : null,
            };
            int[] answers = new UnlabelledPictures(loader with { Transform = moved }, order, evaluator.Seed)
                .Predict(subject.Model, pass: 0, cancel: cancel);
            rates.Add(new Proportion(answers.Count(a => a == attack.TargetClass), answers.Length));
            progress((double)rates.Count / grid.Patches);
        }
        ProbeFinding finding = Finding(grid, rates, Distances(subject.Model, grid), subject.Model is Vim);
        return blocks.Count == 1 ? finding : finding with
        {
            Notes = [FormattableString.Invariant($"of the trigger's {blocks.Count} blocks the {block}. is planted, alone")],
        };

        int Moved(int cell, int start, int side) => Way(grid, cell, start, side, size, loader.InputSize);
    }

    /// <summary>
    /// How far a trigger is moved along one side to stand in a patch: by whole patches, so that it lies in each as it lies in its
    /// own, since networks may learn it to the pixel.
    /// </summary>
    /// <param name="grid">The patches.</param>
    /// <param name="patch">The row or column of the patch.</param>
    /// <param name="start">The trigger's own first row or column, in the stored picture.</param>
    /// <param name="side">Its rows or columns.</param>
    /// <param name="size">Side of the stored picture.</param>
    /// <param name="input">Side of the network's input: larger stored pictures lose their edges, smaller are enlarged.</param>
    internal static int Way(PatchGrid grid, int patch, int start, int side, int size, int input)
    {
        int edge = Math.Max(0, (size - input) / 2);
        double scale = Math.Min(1, (double)size / input), middle = (start + side / 2.0 - edge) / scale;
        double own = Math.Clamp(Math.Round((middle - grid.PatchSize / 2.0) / grid.Stride), 0, grid.Side - 1);
        int moved = start + (int)Math.Round((patch - own) * grid.Stride * scale);
        return Math.Clamp(moved, edge, size - edge - side) - start;
    }

    /// <summary>
    /// Squares to move the trigger over in a network without patches; what would be its class token is in the middle.
    /// </summary>
    private static PatchGrid Cells(int size)
    {
        int side = Math.Clamp(size / CellSize, LeastSide, MostSide);
        return new PatchGrid(size / side, size / side, side, side * side / 2);
    }

    /// <summary>
    /// Tokens between each patch and the class token along the scan, negative before it; for a network without scans as if there
    /// were some from the middle on. None where each picture has an order of its own.
    /// </summary>
    private static double[]? Distances(Backbone model, PatchGrid grid)
    {
        if (model is not Vim vim)
        {
            var middle = grid with { ClassToken = grid.Patches / 2 };
            return [.. Enumerable.Range(0, grid.Patches).Select(p => (double)middle.TokenOf(p) - middle.ClassToken)];
        }
        return vim.ScanPlaces() is not { } places ? null
            : [.. Enumerable.Range(0, grid.Patches).Select(p => (double)places[grid.TokenOf(p)] - places[grid.ClassToken])];
    }

    private static ProbeFinding Finding(PatchGrid grid, List<Proportion> rates, double[]? distances, bool scans)
    {
        double middle = (grid.Side - 1) / 2.0;
        double[] rows = [.. rates.Select((_, p) => (double)(p / grid.Side))],
            columns = [.. rates.Select((_, p) => (double)(p % grid.Side))];
        double[] centre = [.. rows.Zip(columns, (r, c) => Math.Sqrt(Math.Pow(r - middle, 2) + Math.Pow(c - middle, 2)))];
        // In rows of patches, so that all slopes are for a way of one patch's side or as many tokens as pass it.
        double[] scan = distances is null ? [] : [.. distances.Select(d => Math.Abs(d) / grid.Side)];
        IReadOnlyList<Quantity> slopes =
            LogitFit.Slopes(rates, distances is null ? [rows, columns, centre] : [rows, columns, centre, scan]);
        string way = scans ? "the way along the scan to the class token, in rows of patches"
            : "the way row by row to the middle, in rows of patches; it has no scan";
        string[] meanings =
            ["the row, downwards", "the column, to the right", "the distance from the middle of the picture", way];
        return new ProbeFinding(
        [
            new("asr-mean", "ASR in the mean of all places", Quantity.Of(rates.Average(r => r.Value), ProbeUnit.Share)),
            new("asr-lowest", "ASR in the place where it is lowest", Quantity.Of(rates.MinBy(r => r.Value))),
            new("asr-highest", "ASR in the place where it is highest", Quantity.Of(rates.MaxBy(r => r.Value))),
            .. slopes.Select((slope, i) => new ProbeNumber($"{Names[i]}-slope", $"logits of ASR for {meanings[i]}", slope)),
        ])
        {
            Tables =
            [
                new("What ASR goes with", ["quantity", "what it is", "slope"],
                    [.. slopes.Select((slope, i) => (IReadOnlyList<ProbeEntry>)[Names[i], meanings[i], slope])])
                {
                    Caption = "in logits of ASR for one patch's side, all others given; a dash where those above determine it",
                },
            ],
            Curves = distances is null ? [] : [Curve(rates, distances)],
            Maps =
            [
                ProbeMap.Of("ASR by the place of the trigger", ProbeUnit.Share, grid.Side, [.. rates.Select(r => r.Value)]) with
                {
                    IsOfWhole = true,
                },
            ],
        };
    }

    private static ProbeCurve Curve(List<Proportion> rates, double[] distances)
    {
        (double Distance, Proportion Rate)[] sorted = [.. distances.Zip(rates).OrderBy(p => p.First)];
        return new ProbeCurve("ASR by how many tokens before or behind the class token the trigger stands", "tokens", "ASR",
            ProbeUnit.Share,
            [ProbeSeries.Of("ASR", [.. sorted.Select(p => p.Distance)], [.. sorted.Select(p => Quantity.Of(p.Rate))])]);
    }
}
