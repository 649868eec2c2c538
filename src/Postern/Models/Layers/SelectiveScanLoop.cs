using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The selective scan as a plain loop of tensor operations over tokens, differentiated by autograd: what a reader compares the
/// fused kernel with, and what its speed is measured against.
/// </summary>
public static class SelectiveScanLoop
{
    /// <summary>y [B, L, E].</summary>
    public static Tensor Apply(ScanInput scan)
    {
        (long batch, long length, long channels) = (scan.U.shape[0], scan.U.shape[1], scan.U.shape[2]);
        Tensor delta = scan.StepWeight is null ? scan.Delta : nn.functional.linear(scan.Delta, scan.StepWeight);
        if (scan.DeltaBias is not null) delta += scan.DeltaBias;
        if (scan.Softplus) delta = nn.functional.softplus(delta, 1, 20);
        Tensor b = PerChannel(scan.B, channels), c = PerChannel(scan.C, channels);
        Tensor h = zeros(batch, channels, scan.A.shape[1]);                                    // [B, E, N]
        var outputs = new Tensor[length];
        for (long step = 0; step < length; step++)
        {
            long t = scan.Reverse ? length - 1 - step : step;
            Tensor u = scan.U.select(1, t), d = delta.select(1, t);                            // [B, E]
            h = (d.unsqueeze(-1) * scan.A).exp() * h + (d * u).unsqueeze(-1) * At(b, t);       // [B, E, N]
            outputs[t] = (h * At(c, t)).sum(-1);                                               // [B, E]
        }
        Tensor y = stack(outputs, 1);                                                          // [B, L, E]
        if (scan.D is not null) y += scan.U * scan.D;
        return scan.Z is null ? y : y * nn.functional.silu(scan.Z);
    }

    /// <summary>Per token [B, L, 1 or E, N], or constant [E, N].</summary>
    private static Tensor PerChannel(Tensor matrix, long channels) => matrix.dim() switch
    {
        2 => matrix,
        3 => matrix.unsqueeze(2),
        _ => matrix.repeat_interleave(channels / matrix.shape[2], dim: 2),
    };

    private static Tensor At(Tensor matrix, long token) => matrix.dim() == 2 ? matrix : matrix.select(1, token);
}
