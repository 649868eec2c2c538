using Postern.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The selective scan in about 2 sqrt(L) steps of tensor operations in place of L: tokens are cut into chunks of about sqrt(L),
/// all chunks go on by a token at once, and what a chunk begins with is added behind, chunk after chunk. Every exponent is of a
/// number that is not positive, so nothing overflows. Only inputs are kept for the backward pass, which computes states again.
/// For any device, where its kernels cannot be had; <see cref="SelectiveScanLoop"/> is the plain twin.
/// </summary>
internal static class ChunkedScan
{
    // Held here: TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
    private static readonly Scalar One = 1;

    /// <summary>y [B, L, E].</summary>
    public static Tensor Apply(ScanInput scan)
    {
        (Tensor u, Tensor delta, Tensor b, Tensor c) = Ordered(scan);
        return scan.Output(InOrder(scan, Function.apply(u, delta, scan.A, b, c, scan.Window)));
    }

    /// <summary>The state after the last token scanned, [B, E, N]; not differentiable.</summary>
    public static Tensor LastState(ScanInput scan)
    {
        using IDisposable still = no_grad();
        return TensorScopes.Of(() =>
        {
            (Tensor u, Tensor delta, Tensor b, _) = Ordered(scan);
            var cut = new Chunks(u.shape[1]);
            return cut.Join(States(cut, Decays(cut, delta, scan.A, scan.Window), u, delta, b)).select(1, -1).clone();
        });
    }

    /// <summary>u and steps [B, L, E], B and C [B or 1, L or 1, E or 1, N], in the order of the scan.</summary>
    private static (Tensor U, Tensor Delta, Tensor B, Tensor C) Ordered(ScanInput scan)
    {
        Tensor delta = SelectiveScanLoop.Steps(scan);
        Tensor Rows(Tensor matrix)
        {
            Tensor rows = SelectiveScanLoop.PerChannel(matrix, scan.U.shape[2]);
            return rows.dim() == 2 ? rows.unsqueeze(0).unsqueeze(0) : InOrder(scan, rows);
        }
        return (InOrder(scan, scan.U.to(delta.dtype)), InOrder(scan, delta), Rows(scan.B), Rows(scan.C));
    }

    private static Tensor InOrder(ScanInput scan, Tensor tokens) => scan.Reverse ? tokens.flip(1) : tokens;

    /// <summary>exp(Δ_t A), and 0 where the state begins anew: [B, C, T, E, N].</summary>
    private static Tensor Decays(Chunks cut, Tensor delta, Tensor a, int window)
    {
        Tensor decays = (cut.Of(delta).unsqueeze(-1) * a).exp_();
        if (window == 0) return decays;
        float[] goesOn = [.. Enumerable.Range(0, (int)(cut.Count * cut.Steps)).Select(t => t % window == 0 ? 0f : 1f)];
        return decays.mul_(tensor(goesOn, [1, cut.Count, cut.Steps, 1, 1], delta.dtype, delta.device));
    }

    /// <summary>h_t = a_t h_(t-1) + Δ_t u_t B_t, [B, C, T, E, N].</summary>
    private static Tensor States(Chunks cut, Tensor decays, Tensor u, Tensor delta, Tensor b) =>
        GoAlong(decays, cut.Of(delta * u).unsqueeze(-1) * cut.Of(b));

    /// <summary>x_t + a_t x_(t-1) along all tokens of [B, C, T, E, N], in the place of <paramref name="x"/>.</summary>
    private static Tensor GoAlong(Tensor a, Tensor x)
    {
        Tensor since = a.clone(); // product of the decays from the chunk's beginning on
        for (long t = 1; t < a.shape[2]; t++)
        {
            x.select(2, t).addcmul_(a.select(2, t), x.select(2, t - 1), One);
            since.select(2, t).mul_(since.select(2, t - 1));
        }
        for (long c = 1; c < a.shape[1]; c++)
            x.select(1, c).addcmul_(since.select(1, c), x.select(1, c - 1).narrow(1, a.shape[2] - 1, 1), One);
        return x;
    }

    /// <summary>
    /// How L tokens are cut: <see cref="Count"/> chunks of <see cref="Steps"/>, the last one filled with zeros.
    /// </summary>
    private readonly record struct Chunks(long Length)
    {
        public long Steps { get; } = Math.Max(1, (long)Math.Round(Math.Sqrt(Length)));

        public long Count => (Length + Steps - 1) / Steps;

        /// <summary>[B, L, ...] as [B, C, T, ...]; what is the same for all tokens keeps sides of 1.</summary>
        public Tensor Of(Tensor x)
        {
            if (x.shape[1] == 1) return x.unsqueeze(1);
            long missing = Count * Steps - Length;
            long[] inner = x.shape[2..];
            Tensor whole = missing == 0 ? x : cat([x, zeros([x.shape[0], missing, .. inner], x.dtype, x.device)], 1);
            return whole.reshape([x.shape[0], Count, Steps, .. inner]);
        }

        /// <summary>The way back.</summary>
        public Tensor Join(Tensor x) => x.reshape([x.shape[0], Count * Steps, .. x.shape[3..]]).narrow(1, 0, Length);

        /// <summary>[B, C, T, ...] from the last token on.</summary>
        public Tensor Turned(Tensor x) => x.reshape([x.shape[0], Count * Steps, .. x.shape[3..]]).flip(1).reshape(x.shape);

        /// <summary>Each token's neighbour before it, and zeros for the first one's.</summary>
        public Tensor Before(Tensor x)
        {
            Tensor all = x.reshape([x.shape[0], Count * Steps, .. x.shape[3..]]);
            return cat([zeros_like(all.narrow(1, 0, 1)), all.narrow(1, 0, all.shape[1] - 1)], 1).reshape(x.shape);
        }
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "ChunkedScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            BackwardFault.ThrowEarlier();
            Tensor[] t = [.. vars[..^1].Select(v => ((Tensor)v).detach())];
            int window = (int)vars[^1];
            context.save_for_backward([.. t]);
            context.save_data("window", window);
            return TensorScopes.Of(() =>
            {
                (Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c) = (t[0], t[1], t[2], t[3], t[4]);
                var cut = new Chunks(u.shape[1]);
                Tensor h = States(cut, Decays(cut, delta, a, window), u, delta, b);
                return cut.Join((h * cut.Of(c)).sum([-1L])).contiguous();                  // [B, L, E]
            });
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput)
        {
            Tensor[] inputs = [.. context.get_saved_variables()];
            int window = (int)context.get_data("window");
            return BackwardFault.Gradients([.. inputs, null], () => Backward(inputs, window, gradOutput));
        }

        private static Tensor?[] Backward(Tensor[] inputs, int window, Tensor gradOutput)
        {
            (Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
            var cut = new Chunks(u.shape[1]);
            Tensor decays = Decays(cut, delta, a, window), h = States(cut, decays, u, delta, b);
            Tensor g = cut.Of(gradOutput).unsqueeze(-1), steps = cut.Of(delta), inner = cut.Of(u);
            Tensor gradC = SumTo(c, cut.Join(g * h));
            // r_t = g_t C_t + a_(t+1) r_(t+1): the same walk from the last token on, by the decay of the token behind.
            Tensor r = cut.Turned(GoAlong(cut.Before(cut.Turned(decays)), cut.Turned(g * cut.Of(c))));
            Tensor gradB = SumTo(b, cut.Join(r * (steps * inner).unsqueeze(-1)));
            Tensor ofInput = (r * cut.Of(b)).sum([-1L]);                                  // of Δ_t u_t
            Tensor ofExponent = r.mul_(decays).mul_(cut.Before(h));                       // of Δ_t A
            Tensor gradDelta = cut.Join((ofExponent * a).sum([-1L]) + ofInput * inner);
            Tensor gradA = (ofExponent * steps.unsqueeze(-1)).sum([0L, 1L, 2L]);
            return [cut.Join(ofInput * steps).contiguous(), gradDelta.contiguous(), gradA, gradB, gradC, null];
        }

        /// <summary>[B, L, E, N] summed over what <paramref name="like"/> has once for all.</summary>
        private static Tensor SumTo(Tensor like, Tensor all)
        {
            long[] shared = [.. Enumerable.Range(0, 3).Where(d => like.shape[d] == 1 && all.shape[d] > 1).Select(d => (long)d)];
            return shared.Length == 0 ? all.contiguous() : all.sum(shared, keepdim: true);
        }
    }
}
