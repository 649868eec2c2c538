using Postern.Models;

namespace Postern.Benchmarks;

/// <summary>
/// <c>vim-controls</c>: a training step of the CIFAR Vim with one thing changed, beside the published network's in the same run.
/// </summary>
internal static class ControlRows
{
    private const int Side = 32;

    private static readonly (string Option, string Value)[] Controls =
    [
        ("ssm", "identity"), ("ssm", "no-memory"), ("ssm", "no-forgetting"), ("ssm", "lti"), ("directions", "forward"),
        ("window", "8"), ("order", "per-picture"), ("conv", "1"), ("readout", "mean"),
    ];

    /// <summary>In float32; nothing but the ratios is meant.</summary>
    public static IReadOnlyList<ComparedRow> Measure(Scale scale)
    {
        int batch = scale.Pick(64, 16);
        StepModel published = new("vim-cifar", Side, batch, Precision.Float32);
        StepModel[] changed = [.. Controls.Select(c => new StepModel("vim-cifar", Side, batch, Precision.Float32, c))];
        try
        {
            double[] s = SideBySide.Medians(scale.Rounds, [published.Step, .. changed.Select(c => (Func<double>)c.Step)]);
            return [
                .. Controls.Select((control, i) => new ComparedRow($"vim-controls {control.Option}: {control.Value}", "float32")
            {
                OursMs = 1e3 * s[i + 1],
                Reference = "published",
                ReferenceMs = 1e3 * s[0],
                Note = FormattableString.Invariant($"batch {batch}"),
            })];
        }
        finally
        {
            published.Dispose();
            foreach (StepModel model in changed) model.Dispose();
        }
    }
}
