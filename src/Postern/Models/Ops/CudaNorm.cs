using Postern.Kernels;
using Postern.Native.Cuda;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The sum of two branches and its RMS norm by the kernels of a card. <see cref="PlainOps.AddNorm"/> is the plain twin.
/// </summary>
internal static class CudaNorm
{
    /// <summary>Sum and norm, both [B, L, d]; the sum is <paramref name="x"/> where there is one branch.</summary>
    /// <param name="module">The kernels.</param>
    /// <param name="x">[B, L, d], float32, as the sum is.</param>
    /// <param name="addend">[B, L, d], float32 or bfloat16; or null.</param>
    /// <param name="weight">[d], float32.</param>
    /// <param name="type">The norm's type: float32 or bfloat16.</param>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public static (Tensor Sum, Tensor Normed) Apply(CudaModule module, Tensor x, Tensor? addend, Tensor weight, ScalarType type)
    {
        List<Tensor> results = Function.apply(x, addend!, weight, type, module);
        return addend is null ? (x, results[0]) : (results[1], results[0]);
    }

    private static GpuNormCall Call(Tensor rows, Tensor weight) => new()
    {
        Rows = (int)(rows.numel() / weight.shape[0]),
        Width = (int)weight.shape[0],
        Epsilon = RmsNormKernel.Epsilon,
        Weight = TensorRows.Address(weight),
    };

    private static string Types(ScalarType addend, ScalarType norm) => $"{CudaTensors.Rows(addend)}_{CudaTensors.Rows(norm)}";

    private static long BlocksOfRows(GpuNormCall call) => CudaTensors.Parts(call.Rows, GpuKernels.Block / GpuKernels.Warp);

    /// <summary>Of one branch: the norm. Of two: the norm and the sum.</summary>
    private sealed class Function : autograd.MultiTensorFunction<Function>
    {
        public override string Name => "CudaNorm";

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
        {
            var module = (CudaModule)vars[^1];
            BackwardFault.ThrowEarlier();
            Tensor x = ((Tensor)vars[0]).detach().contiguous(), weight = ((Tensor)vars[2]).detach().contiguous();
            Tensor? addend = ((Tensor?)vars[1])?.detach().contiguous(), sum = addend is null ? null : CudaTensors.EmptyLike(x);
            var type = (ScalarType)vars[3];
            Tensor y = CudaTensors.Empty(x, x.shape, type);
            GpuNormCall call = Call(x, weight);
            (call.X, call.Addend, call.Sum, call.Y) =
                (TensorRows.Address(x), TensorRows.Address(addend), TensorRows.Address(sum), TensorRows.Address(y));
            module.Launch($"norm_forward_{Types(addend?.dtype ?? ScalarType.Float32, type)}", BlocksOfRows(call), 1, 1, call);
            // Its memory alone: what is kept must not be the output itself, which would keep its own node alive.
            context.save_for_backward([sum?.detach() ?? x, weight]);
            context.save_data("branch", addend is not null);
            context.save_data("addend", addend?.dtype ?? ScalarType.Float32);
            context.save_data("module", module);
            return sum is null ? [y] : [y, sum];
        }

        public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradOutputs)
        {
            var module = (CudaModule)context.get_data("module");
            List<Tensor> saved = context.get_saved_variables();
            (Tensor sum, Tensor weight) = (saved[0], saved[1]);
            var addend = (ScalarType)context.get_data("addend");
            Tensor? branch = (bool)context.get_data("branch") ? sum : null;
            return BackwardFault.Gradients([sum, branch, weight, null, null], () =>
            {
                Tensor? gradSum = branch is null ? null : gradOutputs[1].contiguous();
                (Tensor x, Tensor a, Tensor w) = Backward(module, sum, weight, gradOutputs[0].contiguous(), gradSum, addend);
                return [x, branch is null ? null : a, w, null, null];
            });
        }

        /// <summary>The gradients of x, of a branch of type <paramref name="addend"/>, and of the weight.</summary>
        private static (Tensor X, Tensor Addend, Tensor Weight) Backward(
            CudaModule module, Tensor sum, Tensor weight, Tensor gradY, Tensor? gradSum, ScalarType addend)
        {
            bool narrow = addend == ScalarType.BFloat16;
            Tensor gradX = CudaTensors.EmptyLike(sum);
            Tensor? gradAddend = narrow ? CudaTensors.Empty(sum, sum.shape, addend) : null;
            GpuNormCall call = Call(sum, weight);
            long runs = CudaTensors.Parts(call.Rows, GpuKernels.RowsOfPart);
            Tensor factors = CudaTensors.Empty(sum, [call.Rows]), parts = CudaTensors.Empty(sum, [runs, call.Width]);
            (call.Sum, call.GradY, call.GradSum) =
                (TensorRows.Address(sum), TensorRows.Address(gradY), TensorRows.Address(gradSum));
            (call.GradX, call.GradAddend) = (TensorRows.Address(gradX), TensorRows.Address(gradAddend));
            (call.Factors, call.Parts) = (TensorRows.Address(factors), TensorRows.Address(parts));
            string types = Types(narrow ? addend : ScalarType.Float32, gradY.dtype);
            module.Launch($"norm_backward_{types}", BlocksOfRows(call), 1, 1, call);
            module.Launch($"norm_weight_{CudaTensors.Rows(gradY.dtype)}", CudaTensors.Blocks(call.Width), runs, 1, call);
            GC.KeepAlive(factors);
            return (gradX, gradAddend ?? gradX, CudaTensors.Sum(module, parts));
        }
    }
}
