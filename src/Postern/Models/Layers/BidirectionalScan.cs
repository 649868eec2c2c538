using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Both selective scans of a bidirectional mixer with the gate that they share: y = 1/2 (s_forward + s_backward) z sigmoid(z), where s is a scan
/// before its gate (<c>models.md</c> 2.3). Only inputs are kept for the backward pass. <see cref="SelectiveScanFunction"/> says the same of one
/// direction.
/// </summary>
internal static class BidirectionalScan
{
    /// <summary>Inputs of one direction: u, dt, A, B, C, D, bias, weight of the steps.</summary>
    private const int OfDirection = 8;

    /// <summary>y [B, L, E]. Both inputs have per-token B and C, skip, bias, low-rank steps and softplus, and the same gate.</summary>
    public static Tensor Apply(ScanInput forward, ScanInput backward) => Function.apply([.. Inputs(forward), .. Inputs(backward), forward.Z!]);

    private static object[] Inputs(ScanInput scan) => [scan.U, scan.Delta, scan.A, scan.B, scan.C, scan.D!, scan.DeltaBias!, scan.StepWeight!];

    private static SelectiveScanShape Shape(Tensor[] inputs)
    {
        (Tensor u, Tensor a) = (inputs[0], inputs[2]);
        return new SelectiveScanShape((int)u.shape[0], (int)u.shape[1], (int)u.shape[2], (int)a.shape[1])
        {
            DeltaSoftplus = true,
            StepRank = (int)inputs[7].shape[1],
        };
    }

    private static (NativeScanTensors First, NativeScanTensors Second) Addresses(IReadOnlyList<Tensor> t) => (Addresses(t, 0, t[^1]), Addresses(t, OfDirection, null));

    private static NativeScanTensors Addresses(IReadOnlyList<Tensor> t, int i, Tensor? z) => new(
        TensorRows.Of(t[i]), TensorRows.Of(t[i + 1]), TensorRows.Of(t[i + 2]), TensorRows.Of(t[i + 3]), TensorRows.Of(t[i + 4]), TensorRows.Of(t[i + 5]),
        TensorRows.Of(z), TensorRows.Of(t[i + 6]), TensorRows.Of(t[i + 7]));

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "BidirectionalScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor[] inputs = [.. vars.Select(v => TensorRows.Rows(((Tensor)v).detach()))];
            Tensor y = empty(inputs[0].shape);
            (NativeScanTensors first, NativeScanTensors second) = Addresses(inputs);
            NativeKernels.ScanForwardPair(Shape(inputs), first, second, TensorRows.Of(y));
            context.save_for_backward([.. inputs]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput) => Lifetime.OfGradients(() =>
        {
            Tensor[] inputs = [.. context.get_saved_variables()];
            Tensor[] gradients = [.. inputs.Select(i => empty(i.shape))];
            (NativeScanTensors first, NativeScanTensors second) = Addresses(inputs);
            (NativeScanTensors gradFirst, NativeScanTensors gradSecond) = Addresses(gradients);
            NativeKernels.ScanBackwardPair(Shape(inputs), first, second, TensorRows.Of(TensorRows.Rows(gradOutput)), gradFirst, gradSecond);
            return gradients;
        });
    }
}
