using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Both selective scans of a bidirectional mixer with the gate that they share: y = 1/2 (s_forward + s_backward) z sigmoid(z),
/// where s is a scan before its gate (<c>docs/reference/models.md 2.3</c>). Only inputs are kept for the backward pass.
/// <see cref="SelectiveScanFunction"/> says the same of one direction.
/// </summary>
internal static class BidirectionalScan
{
    private const int OfDirection = 6;

    /// <summary>y [B, L, E], of the type of u.</summary>
    /// <param name="forward">The direction from the first token on.</param>
    /// <param name="backward">The direction from the last token on.</param>
    /// <param name="z">The gate, [B, L, E], of the type of u.</param>
    /// <param name="window">Tokens of each scan after which its state is set to zero; 0 for never.</param>
    public static Tensor Apply(ScanDirection forward, ScanDirection backward, Tensor z, int window = 0) =>
        Function.apply([.. Tensors(forward), .. Tensors(backward), z, window]);

    private static object[] Tensors(ScanDirection d) => [d.U, d.Projected, d.A, d.D, d.DtWeight, d.DtBias];

    private static SelectiveScanShape Shape(Tensor[] inputs, int window)
    {
        (Tensor u, Tensor a, Tensor dtWeight) = (inputs[0], inputs[2], inputs[4]);
        return new SelectiveScanShape((int)u.shape[0], (int)u.shape[1], (int)u.shape[2], (int)a.shape[1])
        {
            DeltaSoftplus = true,
            DtRank = (int)dtWeight.shape[1],
            Window = window,
        };
    }

    /// <summary>
    /// The addresses of one direction's inputs, or of their gradients; the first one has the gate, which lies behind both.
    /// </summary>
    private static SelectiveScanTensors Rows(SelectiveScanShape shape, Tensor[] all, int direction)
    {
        Tensor[] t = all[(direction * OfDirection)..((direction + 1) * OfDirection)];
        TokenRows projected = TensorRows.Of(t[1]);
        return new SelectiveScanTensors
        {
            U = TensorRows.Of(t[0]),
            Delta = projected,
            B = projected.From(shape.DtRank),
            C = projected.From(shape.DtRank + shape.States),
            A = TensorRows.Of(t[2]),
            D = TensorRows.Of(t[3]),
            DtWeight = TensorRows.Of(t[4]),
            DeltaBias = TensorRows.Of(t[5]),
            Z = direction == 0 ? TensorRows.Of(all[^1]) : default,
        };
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "BidirectionalScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor[] inputs = [.. vars.SkipLast(1).Select(v => TensorRows.Rows(((Tensor)v).detach()))];
            int window = (int)vars[^1];
            SelectiveScanShape shape = Shape(inputs, window);
            Tensor y = empty(inputs[0].shape, inputs[0].dtype, inputs[0].device);
            SelectiveScan.ForwardPair(
                shape, Rows(shape, inputs, 0), Rows(shape, inputs, 1), new SelectiveScanOutputs { Y = TensorRows.Of(y) });
            context.save_for_backward([.. inputs]);
            context.save_data("window", window);
            return y;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            Tensor[] inputs = [.. context.get_saved_variables()];
            Tensor[] gradients = [.. inputs.Select(i => empty(i.shape, i.dtype, i.device))];
            SelectiveScanShape shape = Shape(inputs, (int)context.get_data("window"));
            Tensor gradY = TensorRows.Rows(gradOutput);
            SelectiveScan.BackwardPair(shape, Rows(shape, inputs, 0), Rows(shape, inputs, 1), TensorRows.Of(gradY),
                Rows(shape, gradients, 0), Rows(shape, gradients, 1));
            return (Tensor?[])[.. gradients, null];
        });
    }
}
