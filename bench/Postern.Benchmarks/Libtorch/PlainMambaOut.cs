using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>MambaOut: gated CNN blocks over maps with the channels last.</summary>
internal static class PlainMambaOut
{
    /// <summary>[B, 3, S, S] to logits.</summary>
    public static Tensor Forward(PlainNetwork net, Tensor pictures)
    {
        const string stem = "downsample_layers.0";
        Tensor x = net.LayerNorm($"{stem}.norm1", Halved(net, $"{stem}.conv1", pictures.permute(0, 2, 3, 1)));
        x = net.LayerNorm($"{stem}.norm2", Halved(net, $"{stem}.conv2", nn.functional.gelu(x)));   // [B, H, W, C]
        for (int stage = 0; stage < net.Count("stages"); stage++)
        {
            if (stage > 0)
                x = net.LayerNorm($"downsample_layers.{stage}.norm", Halved(net, $"downsample_layers.{stage}.conv", x));
            for (int block = 0; block < net.Count($"stages.{stage}"); block++) x = Block(net, $"stages.{stage}.{block}", x);
        }
        x = nn.functional.gelu(net.Linear("head.fc1", net.LayerNorm("norm", x.mean([1, 2]))));
        return net.Linear("head.fc2", net.LayerNorm("head.norm", x));
    }

    private static Tensor Block(PlainNetwork net, string name, Tensor x)
    {
        long channels = x.shape[3];
        Tensor wide = net.Linear($"{name}.fc1", net.LayerNorm($"{name}.norm", x));
        long hidden = wide.shape[3] / 2;
        Tensor[] parts = wide.split([hidden, hidden - channels, channels], -1);
        Tensor mixed = Last(net.Conv($"{name}.conv", First(parts[2]), padding: 3, groups: channels));
        return x + net.Linear($"{name}.fc2", nn.functional.gelu(parts[0]) * cat([parts[1], mixed], -1));
    }

    private static Tensor Halved(PlainNetwork net, string name, Tensor x) =>
        Last(net.Conv(name, First(x), stride: 2, padding: 1));

    private static Tensor First(Tensor x) => x.permute(0, 3, 1, 2);

    private static Tensor Last(Tensor x) => x.permute(0, 2, 3, 1);
}
