using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>ResNet18 in Backdoor-Toolbox's form for 32x32 pictures.</summary>
internal static class PlainResNet
{
    /// <summary>[B, 3, S, S] to logits.</summary>
    public static Tensor Forward(PlainNetwork net, Tensor x)
    {
        x = net.BatchNorm("bn1", net.Conv("conv1", x, padding: 1)).relu();
        for (int stage = 1; net.Has($"layer{stage}.0.conv1.weight"); stage++)
            for (int block = 0; block < net.Count($"layer{stage}"); block++)
                x = Block(net, $"layer{stage}.{block}", x, stride: stage > 1 && block == 0 ? 2 : 1);
        return net.Linear("linear", x.mean([2, 3]));
    }

    private static Tensor Block(PlainNetwork net, string name, Tensor x, long stride)
    {
        Tensor y = net.BatchNorm($"{name}.bn1", net.Conv($"{name}.conv1", x, stride, padding: 1)).relu();
        y = net.BatchNorm($"{name}.bn2", net.Conv($"{name}.conv2", y, padding: 1));
        string shortcut = $"{name}.shortcut";
        return (y + (net.Has($"{shortcut}.0.weight") ? net.BatchNorm($"{shortcut}.1", net.Conv($"{shortcut}.0", x, stride)) : x))
            .relu();
    }
}
