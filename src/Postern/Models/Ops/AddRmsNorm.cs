using Postern.Kernels;
using Postern.Models.Layers;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>The sum of two branches and its RMS norm by the fused kernel, as a differentiable operation.</summary>
internal static class AddRmsNorm
{
    /// <summary>Sum and norm, both [B, L, d], in one pass; the sum is <paramref name="x"/> where there is one branch.</summary>
    /// <param name="x">[B, L, d], float32, as the sum is.</param>
    /// <param name="addend">[B, L, d], float32 or bfloat16; or null.</param>
    /// <param name="weight">[d], float32.</param>
    /// <param name="type">The norm's type: float32 or bfloat16.</param>
    public static (Tensor Sum, Tensor Normed) Apply(Tensor x, Tensor? addend, Tensor weight, ScalarType type = ScalarType.Float32)
    {
        if (addend is null) return (x, OfOne.apply(x, weight, type));
        List<Tensor> results = OfTwo.apply(x, addend, weight, type);
        return (results[0], results[1]);
    }

    private static Tensor Contiguous(Tensor tensor) => tensor.detach().contiguous();

    private static void Forward(Tensor x, Tensor? addend, Tensor weight, Tensor? sum, Tensor y)
    {
        int width = (int)weight.shape[0];
        RmsNormKernel.Forward((int)(x.numel() / width), width, TensorRows.Of(x), TensorRows.Of(addend), TensorRows.Of(weight),
            TensorRows.Of(sum), TensorRows.Of(y));
    }

    /// <summary>The gradients of x, of a branch of type <paramref name="addend"/>, and of the weight.</summary>
    private static (Tensor X, Tensor Addend, Tensor Weight) Backward(
        List<Tensor> saved, Tensor gradY, Tensor? gradSum, ScalarType addend)
    {
        (Tensor sum, Tensor weight) = (saved[0], saved[1]);
        (Tensor gradX, Tensor gradWeight) = (empty_like(sum), empty_like(weight));
        Tensor? gradAddend = addend == ScalarType.Float32 ? null : empty(sum.shape, addend, sum.device);
        int width = (int)weight.shape[0];
        (Tensor dense, Tensor? denseSum) = (gradY.contiguous(), gradSum?.contiguous());
        RmsNormKernel.Backward((int)(sum.numel() / width), width, TensorRows.Of(sum), TensorRows.Of(weight), TensorRows.Of(dense),
            TensorRows.Of(denseSum), TensorRows.Of(gradX), TensorRows.Of(gradAddend), TensorRows.Of(gradWeight));
        return (gradX, gradAddend ?? gradX, gradWeight);
    }

    private sealed class OfOne : autograd.SingleTensorFunction<OfOne>
    {
        public override string Name => "RmsNorm";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            (Tensor x, Tensor weight) = (Contiguous((Tensor)vars[0]), Contiguous((Tensor)vars[1]));
            Tensor y = empty(x.shape, (ScalarType)vars[2], x.device);
            AddRmsNorm.Forward(x, null, weight, null, y);
            context.save_for_backward([x, weight]);
            return y;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            (Tensor gradX, _, Tensor gradWeight) = Backward(context.get_saved_variables(), gradOutput, null, ScalarType.Float32);
            return [gradX, gradWeight, null];
        });
    }

    private sealed class OfTwo : autograd.MultiTensorFunction<OfTwo>
    {
        public override string Name => "AddRmsNorm";

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
        {
            (Tensor x, Tensor addend, Tensor weight) =
                (Contiguous((Tensor)vars[0]), Contiguous((Tensor)vars[1]), Contiguous((Tensor)vars[2]));
            (Tensor sum, Tensor y) = (empty_like(x), empty(x.shape, (ScalarType)vars[3], x.device));
            AddRmsNorm.Forward(x, addend, weight, sum, y);
            // Its memory alone: what is kept must not be the output itself, which would keep its own node alive.
            context.save_for_backward([sum.detach(), weight]);
            context.save_data("addend", addend.dtype);
            return [sum, y];
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, List<Tensor> gradOutputs) => TensorScopes.OfGradients(() =>
        {
            (Tensor gradX, Tensor gradAddend, Tensor gradWeight) = Backward(
                context.get_saved_variables(), gradOutputs[1], gradOutputs[0], (ScalarType)context.get_data("addend"));
            return [gradX, gradAddend, gradWeight, null];
        });
    }
}
