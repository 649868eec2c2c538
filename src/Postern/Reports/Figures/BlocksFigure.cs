using Postern.Imaging;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Reports.Figures;

/// <summary>
/// Figure 1 of the paper: the Gated CNN block beside the VSS block, as they are built here. Types, shapes and counts are those of
/// the modules of the paper's two networks; only which box leads to which is written down.
/// </summary>
public static class BlocksFigure
{
    private const string GatedCnn = "mambaout-femto", Vss = "vim-tiny";

    /// <summary>Draws both. libtorch must be loaded.</summary>
    public static RgbImage Draw() => BlockDiagram.Draw(Diagrams());

    internal static IReadOnlyList<BlockDiagram> Diagrams() => [GatedCnnBlock(), VssBlock()];

    /// <summary>The parts that boxes of weights stand for, by block; every parameter of a block belongs to one.</summary>
    internal static IReadOnlyList<(string Model, string Block, IReadOnlyList<string> Parts)> Parts { get; } =
    [
        (GatedCnn, "stages.0.0", ["norm", "fc1", "conv", "fc2"]),
        (Vss, "layers.0",
        [
            "norm", "mixer.in_proj", "mixer.conv1d", "mixer.x_proj", "mixer.dt_proj", "mixer.A_log", "mixer.D", "mixer.conv1d_b",
            "mixer.x_proj_b", "mixer.dt_proj_b", "mixer.A_b_log", "mixer.D_b", "mixer.out_proj",
        ]),
    ];

    private static BlockDiagram GatedCnnBlock()
    {
        Dictionary<string, string> part = Describe(Parts[0].Model, Parts[0].Block, Parts[0].Parts);
        DiagramBox[] boxes =
        [
            new(1, 0, ["x [B, H, W, C]"]),
            Weights(1, 1, part["norm"]),
            Weights(1, 2, part["fc1"]),
            new(0, 3, ["gate", "GELU"]),
            new(1, 3, ["identity part"]),
            Weights(2, 3, part["conv"]),
            new(1.5, 4, ["side by side"]),
            new(1, 5, ["gate x value"]),
            Weights(1, 6, part["fc2"]),
            new(1, 7, ["x + branch"]),
        ];
        return new BlockDiagram($"Gated CNN block ({GatedCnn})", 3, boxes,
            [.. Arrows((0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (4, 6), (5, 6), (3, 7), (6, 7), (7, 8), (8, 9), (0, 9))]);
    }

    private static BlockDiagram VssBlock()
    {
        Dictionary<string, string> part = Describe(Parts[1].Model, Parts[1].Block, Parts[1].Parts);
        DiagramBox[] boxes =
        [
            new(1, 0, ["x [B, L, d]"]),
            Weights(1, 1, part["norm"]),
            Weights(1, 2, part["mixer.in_proj"]),
            Weights(0, 3, part["mixer.conv1d"], "first to last token, SiLU"),
            Weights(1, 3, part["mixer.conv1d_b"], "last to first token, SiLU"),
            new(2, 3, ["gate z", "SiLU"]),
            Weights(0, 4, part["mixer.x_proj"], part["mixer.dt_proj"], "steps, B and C of each token"),
            Weights(1, 4, part["mixer.x_proj_b"], part["mixer.dt_proj_b"], "steps, B and C of each token"),
            Weights(0, 5, part["mixer.A_log"], part["mixer.D"], "h = exp(dA) h + dB u", "y = C h + D u"),
            Weights(1, 5, part["mixer.A_b_log"], part["mixer.D_b"], "the same, backwards"),
            new(1, 6, ["half the sum, times the gate"]),
            Weights(1, 7, part["mixer.out_proj"]),
            new(1, 8, ["x + branch"]),
        ];
        return new BlockDiagram($"VSS block ({Vss})", 3, boxes,
            [.. Arrows((0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (3, 6), (4, 7), (6, 8), (7, 9), (8, 10), (9, 10), (5, 10),
                (10, 11), (11, 12), (0, 12))]);
    }

    private static DiagramBox Weights(double column, int row, params string[] lines) =>
        new(column, row, lines) { HasWeights = true };

    private static IEnumerable<DiagramArrow> Arrows(params (int From, int To)[] arrows) =>
        arrows.Select(a => new DiagramArrow(a.From, a.To));

    /// <summary>A line for each part of a block: its name, its module's type and the shapes of its weights.</summary>
    private static Dictionary<string, string> Describe(string name, string block, IReadOnlyList<string> parts)
    {
        using Backbone model = ModelCatalog.Describe(ModelCatalog.All.Get(name, "figure 1"));
        Dictionary<string, nn.Module> modules = model.named_modules().ToDictionary(m => m.name, m => m.module);
        (string Name, long[] Shape)[] parameters = [.. model.named_parameters().Select(p => (p.name, p.parameter.shape))];
        return parts.ToDictionary(p => p, p =>
        {
            string full = $"{block}.{p}";
            IEnumerable<string> shapes = parameters
                .Where(w => w.Name == full || w.Name.StartsWith($"{full}.", StringComparison.Ordinal))
                .Select(w => string.Join('x', w.Shape));
            string type = modules.TryGetValue(full, out nn.Module? module) ? $" {module.GetName()}" : "";
            return $"{p.Split('.')[^1]}{type} {string.Join(" + ", shapes)}";
        });
    }
}
