using Postern.Kernels;
using Postern.Models.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>The sum of two branches and its layer norm by the fused kernel, as a differentiable operation.</summary>
internal static class AddLayerNorm
{
    /// <summary>Sum and norm, both [..., d], in one pass; the sum is <paramref name="x"/> where there is one branch.</summary>
    /// <param name="x">[..., d], float32, as the sum is.</param>
    /// <param name="addend">[..., d], float32 or bfloat16; or null.</param>
    /// <param name="norm">Weight and bias, [d] and float32, and epsilon.</param>
    /// <param name="type">The norm's type: float32 or bfloat16.</param>
    public static (Tensor Sum, Tensor Normed) Apply(Tensor x, Tensor? addend, LayerNormOf norm, ScalarType type)
    {
        if (addend is null) return (x, OfOne.apply(x, norm.Weight, norm.Bias, norm.Epsilon, type));
        List<Tensor> results = OfTwo.apply(x, addend, norm.Weight, norm.Bias, norm.Epsilon, type);
        return (results[0], results[1]);
    }

    private static Tensor Contiguous(object tensor) => ((Tensor)tensor).detach().contiguous();

    private static LayerNormShape Shape(Tensor x, double epsilon) =>
        new((int)(x.numel() / x.shape[^1]), (int)x.shape[^1], (float)epsilon);

    /// <summary>The gradients of x, of a branch of type <paramref name="addend"/>, and of weight and bias.</summary>
    private static Tensor[] Backward(
        autograd.AutogradContext context, Tensor gradY, Tensor? gradSum, ScalarType addend)
    {
        List<Tensor> saved = context.get_saved_variables();
        (Tensor sum, Tensor weight) = (saved[0], saved[1]);
        (Tensor gradX, Tensor gradParameters) =
            (empty_like(sum), empty(2, weight.shape[0], ScalarType.Float32, weight.device));
        Tensor? gradAddend = addend == ScalarType.Float32 ? null : empty(sum.shape, addend, sum.device);
        (Tensor dense, Tensor? denseSum) = (gradY.contiguous(), gradSum?.contiguous());
        LayerNormKernel.Backward(Shape(sum, (double)context.get_data("epsilon")), TensorRows.Of(sum), TensorRows.Of(weight),
            TensorRows.Of(dense), TensorRows.Of(denseSum), TensorRows.Of(gradX), TensorRows.Of(gradAddend),
            TensorRows.Of(gradParameters));
        return [gradX, gradAddend ?? gradX, gradParameters[0], gradParameters[1]];
    }

    private sealed class OfOne : autograd.SingleTensorFunction<OfOne>
    {
        public override string Name => "LayerNorm";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            (Tensor x, Tensor weight, Tensor bias) = (Contiguous(vars[0]), Contiguous(vars[1]), Contiguous(vars[2]));
            Tensor y = empty(x.shape, (ScalarType)vars[4], x.device);
            LayerNormKernel.Forward(Shape(x, (double)vars[3]), TensorRows.Of(x), default, TensorRows.Of(weight),
                TensorRows.Of(bias), default, TensorRows.Of(y));
            context.save_for_backward([x, weight]);
            context.save_data("epsilon", vars[3]);
            return y;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            Tensor[] gradients = Backward(context, gradOutput, null, ScalarType.Float32);
            return [gradients[0], gradients[2], gradients[3], null, null];
        });
    }

    private sealed class OfTwo : autograd.MultiTensorFunction<OfTwo>
    {
        public override string Name => "AddLayerNorm";

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
        {
            (Tensor x, Tensor addend, Tensor weight, Tensor bias) =
                (Contiguous(vars[0]), Contiguous(vars[1]), Contiguous(vars[2]), Contiguous(vars[3]));
            (Tensor sum, Tensor y) = (empty_like(x), empty(x.shape, (ScalarType)vars[5], x.device));
            LayerNormKernel.Forward(Shape(x, (double)vars[4]), TensorRows.Of(x), TensorRows.Of(addend), TensorRows.Of(weight),
                TensorRows.Of(bias), TensorRows.Of(sum), TensorRows.Of(y));
            // Its memory alone: what is kept must not be the output itself, which would keep its own node alive.
            context.save_for_backward([sum.detach(), weight]);
            context.save_data("addend", addend.dtype);
            context.save_data("epsilon", vars[4]);
            return [sum, y];
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, List<Tensor> gradOutputs) => TensorScopes.OfGradients(() =>
        [
            .. Backward(context, gradOutputs[1], gradOutputs[0], (ScalarType)context.get_data("addend")), null, null,
        ]);
    }
}

/// <summary>The parameters of a layer norm over the last dimension.</summary>
/// <param name="Weight">[d].</param>
/// <param name="Bias">[d].</param>
/// <param name="Epsilon">Added to the variance.</param>
internal readonly record struct LayerNormOf(Tensor Weight, Tensor Bias, double Epsilon)
{
    /// <summary>Those of a module, which does not say its epsilon.</summary>
    public static LayerNormOf Module(LayerNorm layer, double epsilon) => new(layer.weight!, layer.bias!, epsilon);
}
