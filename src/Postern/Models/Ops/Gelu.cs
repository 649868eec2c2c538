using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>The exact GELU by the fused kernel, as a differentiable operation: [..., d] to [..., d] of the same type.</summary>
internal static class Gelu
{
    /// <param name="x">[..., d], float32 or bfloat16.</param>
    public static Tensor Apply(Tensor x) => Fused.apply(x);

    private static int Rows(Tensor x) => (int)(x.numel() / x.shape[^1]);

    private sealed class Fused : autograd.SingleTensorFunction<Fused>
    {
        public override string Name => "Gelu";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor x = ((Tensor)vars[0]).detach().contiguous(), y = empty_like(x);
            GeluKernel.Forward(Rows(x), (int)x.shape[^1], TensorRows.Dense(x), default, TensorRows.Dense(y));
            context.save_for_backward([x]);
            return y;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            Tensor x = context.get_saved_variables()[0], gradX = empty_like(x), gradY = gradOutput.contiguous();
            GeluKernel.Backward(Rows(x), (int)x.shape[^1], TensorRows.Dense(x), default, TensorRows.Dense(gradY),
                TensorRows.Dense(gradX), default);
            return [gradX];
        });
    }
}
