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
    private const float Half = 0.5f;

    /// <summary>Inputs of one direction: u, delta, A, B, C, D, bias.</summary>
    private const int OfDirection = 7;

    /// <summary>y [B, L, E]. Both inputs have per-token B and C, skip, bias and softplus, and the same gate.</summary>
    public static Tensor Apply(ScanInput forward, ScanInput backward) => Function.apply([.. Inputs(forward), .. Inputs(backward), forward.Z!]);

    private static object[] Inputs(ScanInput scan) => [scan.U, scan.Delta, scan.A, scan.B, scan.C, scan.D!, scan.DeltaBias!];

    private static SelectiveScanShape Shape(Tensor[] inputs, bool second)
    {
        (Tensor u, Tensor a) = (inputs[0], inputs[2]);
        return new SelectiveScanShape((int)u.shape[0], (int)u.shape[1], (int)u.shape[2], (int)a.shape[1]) { DeltaSoftplus = true, Reverse = second, Accumulate = second };
    }

    private static NativeScanTensors Addresses(IReadOnlyList<Tensor> t, Tensor? z) => new(
        TensorRows.Of(t[0]), TensorRows.Of(t[1]), TensorRows.Of(t[2]), TensorRows.Of(t[3]), TensorRows.Of(t[4]), TensorRows.Of(t[5]),
        TensorRows.Of(z), TensorRows.Of(t[6]));

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "BidirectionalScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor[] inputs = [.. vars.Select(v => TensorRows.Rows(((Tensor)v).detach()))];
            Tensor[] first = inputs[..OfDirection], second = inputs[OfDirection..^1];
            Tensor y = empty(first[0].shape);
            NativeKernels.ScanForward(Shape(first, second: false), Addresses(first, null), TensorRows.Of(y));
            NativeKernels.ScanForward(Shape(second, second: true) with { Scale = Half }, Addresses(second, inputs[^1]), TensorRows.Of(y));
            context.save_for_backward([.. inputs]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput) => Lifetime.OfGradients(() =>
        {
            Tensor[] inputs = [.. context.get_saved_variables()];
            Tensor[] gradients = [.. inputs.Select(i => empty(i.shape))];
            Tensor gradY = TensorRows.Rows(gradOutput);
            for (int i = 0; i < 2; i++)
            {
                Range direction = (i * OfDirection)..((i + 1) * OfDirection);
                NativeKernels.ScanBackward(Shape(inputs[direction], second: i == 1) with { Scale = Half }, Addresses(inputs[direction], inputs[^1]),
                    TensorRows.Of(gradY), Addresses(gradients[direction], gradients[^1]));
            }
            return gradients;
        });
    }
}
