using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// Both causal convolutions with SiLU of a bidirectional mixer over the same x, one looking back and one ahead: [B, L, E] to
/// twice [B, L, E], all of one type. <see cref="CausalConvSilu"/> says the same of one direction.
/// </summary>
internal static class BidirectionalConv
{
    /// <param name="x">[B, L, E].</param>
    /// <param name="forward">Kernels [E, K] and biases [E] of the direction that looks at earlier tokens.</param>
    /// <param name="backward">Of the one that looks at later tokens.</param>
    public static (Tensor Forward, Tensor Backward) Apply(
        Tensor x, (Tensor Weight, Tensor Bias) forward, (Tensor Weight, Tensor Bias) backward)
    {
        List<Tensor> results = Function.apply(x, forward.Weight, forward.Bias, backward.Weight, backward.Bias);
        return (results[0], results[1]);
    }

    private static CausalConvShape Shape(Tensor x, Tensor weight) =>
        new((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], (int)weight.shape[1]);

    private sealed class Function : autograd.MultiTensorFunction<Function>
    {
        public override string Name => "BidirectionalConv";

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor x = TensorRows.Rows(((Tensor)vars[0]).detach());
            Tensor[] parameters = [.. vars[1..].Select(v => ((Tensor)v).detach().contiguous())];
            Tensor[] u = [empty(x.shape, x.dtype, x.device), empty(x.shape, x.dtype, x.device)];
            CausalConvDirection Direction(int i) =>
                new(TensorRows.Of(parameters[2 * i]), TensorRows.Of(parameters[2 * i + 1]), U: TensorRows.Of(u[i]));
            CausalConv.Forward(Shape(x, parameters[0]), TensorRows.Of(x), Direction(0), Direction(1));
            context.save_for_backward([x, .. parameters]);
            return [.. u];
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, List<Tensor> gradOutputs) => TensorScopes.OfGradients(() =>
        {
            List<Tensor> saved = context.get_saved_variables();
            Tensor x = saved[0];
            Tensor?[] gradients = [.. saved.Select(s => empty(s.shape, s.dtype, s.device))];
            Tensor[] gradU = [.. gradOutputs.Select(TensorRows.Rows)];
            CausalConvDirection Direction(int i) => new(
                TensorRows.Of(saved[1 + 2 * i]), TensorRows.Of(saved[2 + 2 * i]), GradU: TensorRows.Of(gradU[i]),
                GradWeight: TensorRows.Of(gradients[1 + 2 * i]), GradBias: TensorRows.Of(gradients[2 + 2 * i]));
            CausalConv.Backward(Shape(x, saved[1]), TensorRows.Of(x), Direction(0), Direction(1), TensorRows.Of(gradients[0]));
            return gradients;
        });
    }
}
