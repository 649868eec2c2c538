using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// CLP (Zheng et al. 2022; <c>docs/reference/defences.md 18</c>): channels whose Lipschitz bound lies far above those of their
/// layer are switched off. Needs weights only, so that u cannot be tuned. As published for a convolution with its batch norm;
/// "linear" is the analogue for a linear layer behind a norm, an experiment.
/// </summary>
/// <param name="Linear">Whether linear layers behind norms are looked at rather than convolutions before batch norms.</param>
/// <param name="U">Standard deviations above the mean from which on a channel goes.</param>
internal sealed record Clp(bool Linear, double U) : IRepair
{
    private static readonly (string Linear, string Norm)[] Behind =
        [(".mlp.fc1", ".norm2"), (".mixer.in_proj", ".norm"), (".fc1", ".norm")];

    internal static DefenceEntry Convolutional { get; } =
        EntryOf("clp", "switches off channels with a large Lipschitz bound", false);

    internal static DefenceEntry OfLinear { get; } =
        EntryOf("clp-linear", "its analogue for linear layers behind norms, an experiment", true);

    /// <inheritdoc/>
    public void Repair(RepairInputs given)
    {
        if (Linear) PruneLinear(given.Model);
        else PruneConvolutions(given.Model);
        given.Progress(1);
    }

    /// <summary>
    /// The largest singular value of each channel's kernels, [in, k k], times |gamma| / sqrt(variance): [out]. The norm's epsilon
    /// does not count.
    /// </summary>
    internal static Tensor Scores(Tensor kernels, Tensor gamma, Tensor variance)
    {
        Tensor matrices = kernels.flatten(2);
        return linalg.svdvals(matrices).amax([1]) * gamma.abs() / variance.sqrt();
    }

    /// <summary>The Euclidean norm of each row times gamma: [rows].</summary>
    internal static Tensor LinearScores(Tensor weight, Tensor gamma) => (weight * gamma).norm(1);

    /// <summary>Mean, standard deviation (n - 1), and which scores are strictly above mean + u deviations.</summary>
    internal static (double Mean, double Deviation, bool[] Pruned) Judge(IReadOnlyList<double> scores, double u)
    {
        (double mean, double deviation) = Detectors.ScaleUp.Moments([.. scores]);
        return (mean, deviation, [.. scores.Select(s => s > mean + u * deviation)]);
    }

    private static DefenceEntry EntryOf(string name, string summary, bool linear) => RepairEntry.Of(name, summary,
        [new("u", OptionKind.Number, "3", "standard deviations above its layer's mean from which on a channel goes") { Min = 0 }],
        choice => new Clp(linear, (double)choice.Number("u")));

    private void PruneConvolutions(Backbone model)
    {
        (string Conv, string Norm)[] pairs = [.. Pairs(model)];
        if (pairs.Length == 0) throw new NotApplicableException("the model has no convolution with a batch norm behind it");
        Dictionary<string, Tensor> buffers = model.named_buffers().ToDictionary(b => b.name, b => b.buffer);
        foreach ((string conv, string norm) in pairs)
        {
            Parameter gamma = model.get_parameter($"{norm}.weight")!, beta = model.get_parameter($"{norm}.bias")!;
            Switch(Scores(model.get_parameter($"{conv}.weight")!.detach(), gamma.detach(), buffers[$"{norm}.running_var"]),
                channel =>
                {
                    gamma[channel].zero_();
                    beta[channel].zero_();
                });
        }
    }

    private void PruneLinear(Backbone model)
    {
        Dictionary<string, Parameter> parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        bool any = false;
        foreach ((string name, Parameter weight) in parameters)
        {
            foreach ((string linear, string norm) in Behind)
            {
                if (!name.EndsWith($"{linear}.weight", StringComparison.Ordinal)) continue;
                string layer = name[..^".weight".Length], block = name[..^$"{linear}.weight".Length];
                if (!parameters.TryGetValue($"{block}{norm}.weight", out Parameter? gamma) || gamma.shape[0] != weight.shape[1])
                    continue;
                any = true;
                parameters.TryGetValue($"{layer}.bias", out Parameter? bias);
                Switch(LinearScores(weight.detach(), gamma.detach()), row =>
                {
                    weight[row].zero_();
                    bias?[row].zero_();
                });
            }
        }
        if (!any) throw new NotApplicableException("the model has no linear layer behind a norm");
    }

    private void Switch(Tensor scores, Action<int> off)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (
            (int channel, bool pruned) in Judge(scores.to(ScalarType.Float64).cpu().data<double>().ToArray(), U).Pruned.Index())
            if (pruned) off(channel);
    }

    /// <summary>
    /// A convolution and the batch norm that follows it in the computation, by their names; the order of modules is another where
    /// the norm comes first.
    /// </summary>
    private static IEnumerable<(string Conv, string Norm)> Pairs(Backbone model)
    {
        HashSet<string> names = [.. model.named_parameters().Select(p => p.name)];
        foreach (string name in model.named_buffers().Select(b => b.name))
        {
            if (!name.EndsWith(".running_var", StringComparison.Ordinal)) continue;
            string norm = name[..^".running_var".Length], last = norm.Split('.')[^1], before = norm[..^last.Length];
            string conv = before + (last.StartsWith("bn", StringComparison.Ordinal) ? $"conv{last[2..]}" : "0");
            if (names.Contains($"{conv}.weight")) yield return (conv, norm);
        }
    }
}
