using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>Vim with bidirectional mixers and its class token in the middle.</summary>
/// <param name="scan">One of <see cref="PlainScans"/>.</param>
internal sealed class PlainVim(Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> scan)
{
    private const double Epsilon = 1e-5;

    /// <summary>[B, 3, S, S] to logits.</summary>
    public Tensor Forward(PlainNetwork net, Tensor pictures)
    {
        Tensor x = net.Conv("patch_embed.proj", pictures, stride: net["patch_embed.proj.weight"].shape[2])
            .flatten(2).transpose(1, 2);                                                     // [B, P, D]
        long patches = x.shape[1], middle = patches / 2;
        Tensor hidden = cat([x.narrow(1, 0, middle), net["cls_token"].expand(x.shape[0], -1, -1),
            x.narrow(1, middle, patches - middle)], 1) + net["pos_embed"];                   // [B, L, D]
        Tensor? residual = null;
        for (int layer = 0; layer < net.Count("layers"); layer++)
        {
            residual = residual is null ? hidden : residual + hidden;
            hidden = Mix(net, $"layers.{layer}.mixer", Norm(net, $"layers.{layer}.norm", residual));
        }
        return net.Linear("head", Norm(net, "norm_f", residual! + hidden).select(1, middle));
    }

    private static Tensor Norm(PlainNetwork net, string name, Tensor x) =>
        x * net[$"{name}.weight"] * (x.square().mean([-1L], keepdim: true) + Epsilon).rsqrt();

    private Tensor Mix(PlainNetwork net, string name, Tensor x)
    {
        Tensor[] parts = net.Linear($"{name}.in_proj", x).chunk(2, -1);
        Tensor backward = Direction(net, name, "_b", parts[0].flip(1), parts[1].flip(1)).flip(1);
        return net.Linear($"{name}.out_proj", (Direction(net, name, "", parts[0], parts[1]) + backward) / 2);
    }

    private Tensor Direction(PlainNetwork net, string name, string suffix, Tensor x, Tensor z)
    {
        Tensor u = nn.functional.silu(
            net.Conv1d($"{name}.conv1d{suffix}", nn.functional.pad(x.transpose(1, 2), [3, 0]))).transpose(1, 2);
        Tensor a = -net[$"{name}.A{suffix}_log"].exp();                                      // [E, N]
        Tensor projected = net.Linear($"{name}.x_proj{suffix}", u);
        long states = a.shape[1], rank = projected.shape[2] - 2 * states;
        Tensor[] parts = projected.split([rank, states, states], -1);
        Tensor delta = nn.functional.softplus(net.Linear($"{name}.dt_proj{suffix}", parts[0]), 1, 20);
        // The scan itself is in float32, as in the official code.
        Tensor y = scan(u.to(float32), delta.to(float32), a, parts[1].to(float32), parts[2].to(float32));
        return (y + net[$"{name}.D{suffix}"] * u) * nn.functional.silu(z);
    }
}
