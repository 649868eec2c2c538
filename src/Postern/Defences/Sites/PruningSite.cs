using Postern.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Sites;

/// <summary>Channels that can be switched off one by one: the inputs of a linear layer or a convolution.</summary>
/// <param name="Tap">Name under which the channels' values are seen.</param>
/// <param name="Weight">The layer's weight, whose second axis are the channels.</param>
/// <param name="ChannelAxis">Axis of the channels in what the tap shows; -1 for the last.</param>
internal sealed record PruningSite(string Tap, Parameter Weight, int ChannelAxis)
{
    /// <summary>How many channels.</summary>
    public int Channels => (int)Weight.shape[1];

    /// <summary>What the classifier takes in: the site of the published method.</summary>
    /// <exception cref="NotApplicableException">The network shows no such values.</exception>
    public static PruningSite HeadInput(Backbone model) => model switch
    {
        ResNet => Of(model, "avgpool", $"{model.Head}.weight", 1),
        DeiT => Of(model, "norm", "head.weight", -1),
        Vim => Of(model, "features", "head.weight", -1),
        MambaOut => Of(model, "head.norm", "head.fc2.weight", -1),
        _ => throw Unknown(model),
    };

    /// <summary>
    /// Hidden channels of the last block: of DeiT's perceptron, of Vim's mixer before its output projection, of MambaOut's gate
    /// before its projection, of ResNet's last convolution.
    /// </summary>
    /// <exception cref="NotApplicableException">The network shows no such values.</exception>
    public static PruningSite LastHidden(Backbone model) => model switch
    {
        ResNet => Of(model, "layer4.1.hidden", "layer4.1.conv2.weight", 1),
        DeiT => Of(model, $"{LastBlock(model, ".mlp.fc2.weight")}.mlp.hidden",
            $"{LastBlock(model, ".mlp.fc2.weight")}.mlp.fc2.weight", -1),
        Vim => Of(model, $"{LastBlock(model, ".mixer.out_proj.weight")}.mixer.y",
            $"{LastBlock(model, ".mixer.out_proj.weight")}.mixer.out_proj.weight", -1),
        MambaOut => Of(model, $"{LastBlock(model, ".fc2.weight", "stages.")}.hidden",
            $"{LastBlock(model, ".fc2.weight", "stages.")}.fc2.weight", -1),
        _ => throw Unknown(model),
    };

    /// <summary>The channels' values as rows: [everything else, channels].</summary>
    public Tensor Rows(Tensor shown) => ChannelAxis < 0 ? shown.reshape(-1, Channels)
        : shown.movedim([ChannelAxis], [-1]).reshape(-1, Channels);

    /// <summary>Switches channels off.</summary>
    public void Prune(IEnumerable<int> channels)
    {
        using var noGrad = no_grad();
        foreach (int channel in channels) Weight.select(1, channel).zero_();
    }

    private static PruningSite Of(Backbone model, string tap, string weight, int axis) =>
        new(tap, model.get_parameter(weight)!, axis);

    private static string LastBlock(Backbone model, string suffix, string prefix = "") =>
        model.named_parameters().Select(p => p.name)
            .Last(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(suffix, StringComparison.Ordinal))[
                ..^suffix.Length];

    private static NotApplicableException Unknown(Backbone model) =>
        new($"what a {model.GetType().Name} computes inside is not known to it");
}
