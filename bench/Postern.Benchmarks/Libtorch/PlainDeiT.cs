using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>DeiT: a vision transformer with its class token first.</summary>
internal static class PlainDeiT
{
    private const int HeadWidth = 64;

    /// <summary>[B, 3, S, S] to logits.</summary>
    public static Tensor Forward(PlainNetwork net, Tensor pictures)
    {
        Tensor x = net.Conv("patch_embed.proj", pictures, stride: net["patch_embed.proj.weight"].shape[2])
            .flatten(2).transpose(1, 2);                                                     // [B, P, D]
        x = cat([net["cls_token"].expand(x.shape[0], -1, -1), x], 1) + net["pos_embed"];     // [B, L, D]
        for (int block = 0; block < net.Count("blocks"); block++)
        {
            string name = $"blocks.{block}";
            x = x + Attend(net, $"{name}.attn", net.LayerNorm($"{name}.norm1", x));
            x = x + net.Linear($"{name}.mlp.fc2",
                nn.functional.gelu(net.Linear($"{name}.mlp.fc1", net.LayerNorm($"{name}.norm2", x))));
        }
        return net.Linear("head", net.LayerNorm("norm", x).select(1, 0));
    }

    private static Tensor Attend(PlainNetwork net, string name, Tensor x)
    {
        (long b, long l, long d) = (x.shape[0], x.shape[1], x.shape[2]);
        Tensor[] parts =
            [.. net.Linear($"{name}.qkv", x).view(b, l, 3, d / HeadWidth, HeadWidth).permute(2, 0, 3, 1, 4).unbind(0)];
        Tensor mixed = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);   // [B, heads, L, 64]
        return net.Linear($"{name}.proj", mixed.transpose(1, 2).reshape(b, l, d));
    }
}
