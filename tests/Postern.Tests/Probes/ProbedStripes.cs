using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Probes;
using Postern.Tests.Defences;
using Postern.Tests.Models;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

/// <summary>
/// A tiny untrained network of any family and pictures of eight pixels a side, 4 x 4 patches, to try probes on.
/// </summary>
internal sealed class ProbedStripes(string family, int pictures = 32) : IDisposable
{
    public const int Target = 1;

    public Dataset Data { get; } = SampleDefences.Stripes(test: pictures);

    public Backbone Model { get; } = BlockTapTests.Make(family);

    public Evaluator Evaluator => new(Model,
        new BatchLoader(Data.Test, Data.Mean, Data.Std, 8, Augmentations.Centre, null, 32, Workers: 1), Seed: 7);

    public static Attack Attacked(string name, params (string Key, string Value)[] options) => AttackCatalog.Create(
        new Choice(AttackCatalog.All.Get(name, name),
            options.Append(("target", $"{Target}")).ToDictionary(o => o.Item1, o => o.Item2)),
        new DatasetTraits("stripes", Target))!;

    /// <summary>BadNets' block in the lower right corner, in the last patch.</summary>
    public static Attack Corner => Attacked("badnets", ("corners", "one"));

    public ProbeSubject Subject(Probe probe, Attack? attack,
        params (string Key, string Value)[] options) => new(Evaluator, attack,
        new Choice(probe, options.Prepend(("pictures", "0")).GroupBy(o => o.Item1).Select(g => g.Last())
            .ToDictionary(o => o.Item1, o => o.Item2)));

    /// <summary>Runs a probe on all pictures; what it finds can be stored, and its progress only grows.</summary>
    public ProbeFinding Run(Probe probe, Attack? attack, params (string Key, string Value)[] options)
    {
        List<double> shares = [];
        ProbeFinding found = probe.Run(Subject(probe, attack, options), shares.Add, TestContext.Current.CancellationToken);
        Assert.Null(found.Contradiction());
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
        Assert.False(Model.Taps.Any);
        return found;
    }

    /// <summary>All pictures that count for an attack, without and with its trigger, to keep.</summary>
    public (Tensor Clean, Tensor Triggered) Pictures(Attack attack) => new PicturePairs(
        Subject(new TriggerShareProbe(), attack), batch: 1000).Read(TestContext.Current.CancellationToken)
        .Select(pair => (pair.Clean.clone(), pair.Triggered.clone())).Single();

    /// <summary>
    /// Gives the network a last layer that takes pictures with the trigger for the target, and most others not, by ridge
    /// regression on what that layer reads.
    /// </summary>
    public void Teach(Attack attack)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Model.eval();
        (Tensor clean, Tensor triggered) = Pictures(attack);
        string read = Model is MambaOut ? "head.norm" : Model.Features!;
        Tensor features = zeros(1);
        using (Model.Taps.Watch((_, value) => features = value, name => name == read)) Model.forward(cat([clean, triggered], 0));
        features = (features.dim() == 3 ? features.select(1, 0) : features.flatten(1)).to(float64);       // [2 n, C]
        Tensor sides = cat([full(clean.shape[0], -1.0), full(triggered.shape[0], 1.0)], 0).to(float64);
        Tensor mean = features.mean([0L]), centred = features - mean;
        Tensor covariance = centred.T.matmul(centred),
            ridge = eye(covariance.shape[0], dtype: float64) * covariance.trace() * 1e-6;
        Tensor way = linalg.solve(covariance + ridge, centred.T.matmul(sides));
        foreach ((string name, TorchSharp.Modules.Parameter value) in Model.named_parameters())
        {
            if (!name.StartsWith(Model.Head + ".", StringComparison.Ordinal)) continue;
            value.zero_();
            if (value.dim() == 2) value[Target] = way * 10;
            else value[Target] = -way.dot(mean) * 10;
        }
    }

    /// <summary>Makes the network blind: whatever the picture, its patches are the same.</summary>
    public void Blind()
    {
        using var noGrad = no_grad();
        string[] first = ["patch_embed.proj.weight", "downsample_layers.0.convs.0.weight", "conv1.weight"];
        foreach ((string name, TorchSharp.Modules.Parameter value) in Model.named_parameters())
            if (first.Contains(name) || name.StartsWith("downsample_layers.0.", StringComparison.Ordinal) && value.dim() == 4)
                value.zero_();
    }

    public void Dispose()
    {
        Model.Dispose();
        Data.Dispose();
    }
}
