using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

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
        Tensor delta = Steps(scan);
        Tensor b = PerChannel(scan.B, channels), c = PerChannel(scan.C, channels);
        Tensor zero = zeros([batch, channels, scan.A.shape[1]], delta.dtype, delta.device), h = zero; // [B, E, N]
        var outputs = new Tensor[length];
        for (long step = 0; step < length; step++)
        {
            long t = scan.Reverse ? length - 1 - step : step;
            if (BeginsAnew(scan, step)) h = zero;
            Tensor u = scan.U.select(1, t), d = delta.select(1, t);                            // [B, E]
            h = Moved(h, u, d, scan.A, At(b, t));
            outputs[t] = (h * At(c, t)).sum(-1);                                               // [B, E]
        }
        return scan.Output(stack(outputs, 1));                                                 // [B, L, E]
    }

    /// <summary>Δ after bias and softplus, [B, L, E].</summary>
    internal static Tensor Steps(ScanInput scan)
    {
        Tensor delta = scan.DtWeight is null ? scan.Delta : nn.functional.linear(scan.Delta, scan.DtWeight);
        if (scan.DeltaBias is not null) delta += scan.DeltaBias;
        return scan.Softplus ? nn.functional.softplus(delta, 1, 20) : delta;
    }

    /// <summary>h after each token, at its own place: [B, L, E, N].</summary>
    internal static Tensor States(ScanInput scan)
    {
        var states = new Tensor[scan.U.shape[1]];
        Walk(scan, (t, h) => states[t] = h);
        return stack(states, 1);
    }

    /// <summary>
    /// As <see cref="Apply"/>, with another scan's state, once each of some tokens is read, in the place of its own.
    /// </summary>
    internal static Tensor WithStatesOf(ScanInput scan, ScanInput other, IReadOnlySet<long> tokens) => TensorScopes.Of(() =>
    {
        Dictionary<long, Tensor> states = [];
        Walk(other, (t, h) => tokens.Contains(t) ? states[t] = h : h);
        Tensor c = PerChannel(scan.C, scan.U.shape[2]);
        var outputs = new Tensor[scan.U.shape[1]];
        Walk(scan, (t, h) =>
        {
            Tensor now = states.GetValueOrDefault(t, h);
            outputs[t] = (now * At(c, t)).sum(-1);                                             // [B, E]
            return now;
        });
        return scan.Output(stack(outputs, 1));
    });

    /// <summary>Shows each state, [B, E, N], in the order of the scan, which goes on with what comes back.</summary>
    private static void Walk(ScanInput scan, Func<long, Tensor, Tensor> visit)
    {
        Tensor delta = Steps(scan), b = PerChannel(scan.B, scan.U.shape[2]);
        long length = scan.U.shape[1];
        Tensor zero = zeros([scan.U.shape[0], scan.U.shape[2], scan.A.shape[1]], delta.dtype, delta.device), h = zero;
        for (long step = 0; step < length; step++)
        {
            long t = scan.Reverse ? length - 1 - step : step;
            Tensor last = BeginsAnew(scan, step) ? zero : h;
            h = visit(t, TensorScopes.Of(() => Moved(last, scan.U.select(1, t), delta.select(1, t), scan.A, At(b, t))));
        }
    }

    private static bool BeginsAnew(ScanInput scan, long step) => scan.Window > 0 && step % scan.Window == 0;

    /// <summary>h_t = exp(Δ_t A) h_(t-1) + Δ_t u_t B_t.</summary>
    private static Tensor Moved(Tensor h, Tensor u, Tensor delta, Tensor a, Tensor b) =>
        (delta.unsqueeze(-1) * a).exp() * h + (delta * u).unsqueeze(-1) * b;                           // [B, E, N]

    /// <summary>Per token [B, L, 1 or E, N], or constant [E, N].</summary>
    internal static Tensor PerChannel(Tensor matrix, long channels) => matrix.dim() switch
    {
        2 => matrix,
        3 => matrix.unsqueeze(2),
        _ => matrix.repeat_interleave(channels / matrix.shape[2], dim: 2),
    };

    private static Tensor At(Tensor matrix, long token) => matrix.dim() == 2 ? matrix : matrix.select(1, token);
}
