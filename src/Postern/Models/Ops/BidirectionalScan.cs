using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Both selective scans of a bidirectional mixer with the gate that they share: y = 1/2 (s_forward + s_backward) z sigmoid(z), where s is a scan
/// before its gate (<c>docs/reference/models.md 2.3</c>). Only inputs are kept for the backward pass.
/// <see cref="SelectiveScanFunction"/> says the same of one direction.
/// </summary>
internal static class BidirectionalScan
{
    private const int OfDirection = 6;

    /// <summary>y [B, L, E], of the type of u.</summary>
    /// <param name="forward">The direction from the first token on.</param>
    /// <param name="backward">The direction from the last token on.</param>
    /// <param name="z">The gate, [B, L, E], of the type of u.</param>
    public static Tensor Apply(ScanDirection forward, ScanDirection backward, Tensor z) => Function.apply([.. Inputs(forward), .. Inputs(backward), z]);

    private static object[] Inputs(ScanDirection d) => [d.U, d.Projected, d.A, d.D, d.DtWeight, d.DtBias];

    private static SelectiveScanShape Shape(Tensor[] inputs)
    {
        (Tensor u, Tensor a, Tensor dtWeight) = (inputs[0], inputs[2], inputs[4]);
        return new SelectiveScanShape((int)u.shape[0], (int)u.shape[1], (int)u.shape[2], (int)a.shape[1])
        {
            DeltaSoftplus = true,
            DtRank = (int)dtWeight.shape[1],
        };
    }

    private static (NativeScanTensors First, NativeScanTensors Second) Addresses(SelectiveScanShape shape, IReadOnlyList<Tensor> t) =>
        (Addresses(shape, [.. t.Take(OfDirection)], t[^1]), Addresses(shape, [.. t.Skip(OfDirection)], null));

    private static NativeScanTensors Addresses(SelectiveScanShape shape, Tensor[] t, Tensor? z)
    {
        NativeRows projected = TensorRows.Of(t[1]);
        return new NativeScanTensors(TensorRows.Of(t[0]), Column(0), TensorRows.Of(t[2]), Column(shape.DtRank), Column(shape.DtRank + shape.States),
            TensorRows.Of(t[3]), TensorRows.Of(z), TensorRows.Of(t[5]), TensorRows.Of(t[4]));

        NativeRows Column(int first) => projected with { Address = projected.Address + first * sizeof(float) };
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "BidirectionalScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor[] inputs = [.. vars.Select(v => TensorRows.Rows(((Tensor)v).detach()))];
            SelectiveScanShape shape = Shape(inputs);
            Tensor y = empty(inputs[0].shape, inputs[0].dtype, inputs[0].device);
            (NativeScanTensors first, NativeScanTensors second) = Addresses(shape, inputs);
            NativeKernels.ScanForwardPair(shape, first, second, TensorRows.Of(y));
            context.save_for_backward([.. inputs]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            Tensor[] inputs = [.. context.get_saved_variables()];
            Tensor[] gradients = [.. inputs.Select(i => empty(i.shape, i.dtype, i.device))];
            SelectiveScanShape shape = Shape(inputs);
            (NativeScanTensors first, NativeScanTensors second) = Addresses(shape, inputs);
            (NativeScanTensors gradFirst, NativeScanTensors gradSecond) = Addresses(shape, gradients);
            NativeKernels.ScanBackwardPair(shape, first, second, TensorRows.Of(TensorRows.Rows(gradOutput)), gradFirst, gradSecond);
            return gradients;
        });
    }
}
