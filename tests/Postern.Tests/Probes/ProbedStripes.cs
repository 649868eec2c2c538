using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Evaluation;
using Postern.Models;
using Postern.Probes;
using Postern.Tests.Defences;
using Postern.Tests.Models;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

/// <summary>
/// A tiny untrained network of any family and pictures of eight pixels a side, 4 x 4 patches, to try probes on.
/// </summary>
internal sealed class ProbedStripes(string family) : IDisposable
{
    public const int Target = 1;

    public Dataset Data { get; } = SampleDefences.Stripes();

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
        new Choice(probe, options.Append(("pictures", "0")).ToDictionary(o => o.Item1, o => o.Item2)));

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
