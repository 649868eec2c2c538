using Postern.Kernels;
using Postern.Native.Cuda;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The causal convolutions with SiLU of one or both directions over the same x by the kernels of a card: [B, L, E] to [B, L, E]
/// each, all of one type. <see cref="PlainOps.Convolve"/> is the plain twin of one.
/// </summary>
internal static class CudaConv
{
    /// <summary>u of the directions that are there, the one that looks back first.</summary>
    /// <param name="module">The kernels.</param>
    /// <param name="x">[B, L, E], float32 or bfloat16.</param>
    /// <param name="back">Kernels [E, K] and biases [E] of outputs that see earlier tokens; null for none.</param>
    /// <param name="ahead">Of those that see later ones; null for none.</param>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public static List<Tensor> Apply(CudaModule module, Tensor x, (Tensor Weight, Tensor Bias)? back,
        (Tensor Weight, Tensor Bias)? ahead) =>
        Function.apply(x, back?.Weight!, back?.Bias!, ahead?.Weight!, ahead?.Bias!, module);

    private static GpuConvCall Call(Tensor x, Tensor?[] parameters)
    {
        Tensor weight = parameters[0] ?? parameters[2]!;
        return new GpuConvCall
        {
            Batch = (int)x.shape[0],
            Length = (int)x.shape[1],
            Channels = (int)x.shape[2],
            Kernel = (int)weight.shape[1],
            Tiles = (int)CudaTensors.Parts(x.shape[1], GpuKernels.Tile),
            X = TensorRows.Address(x),
            Back = Direction(0),
            Ahead = Direction(2),
        };

        GpuConvDirection Direction(int first) => new()
        {
            Weight = TensorRows.Address(parameters[first]),
            Bias = TensorRows.Address(parameters[first + 1]),
        };
    }

    private static void Launch(CudaModule module, string kernel, Tensor x, GpuConvCall call) => module.Launch(
        $"{kernel}_{CudaTensors.Rows(x.dtype)}", CudaTensors.Blocks(call.Channels), (long)call.Batch * call.Tiles, 1, call);

    private sealed class Function : autograd.MultiTensorFunction<Function>
    {
        public override string Name => "CudaConv";

        public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
        {
            var module = (CudaModule)vars[^1];
            BackwardFault.ThrowEarlier();
            Tensor x = ((Tensor)vars[0]).detach().contiguous();
            Tensor?[] parameters = [.. vars[1..^1].Select(v => ((Tensor?)v)?.detach().contiguous())];
            Tensor?[] u = [parameters[0] is null ? null : CudaTensors.EmptyLike(x),
                parameters[2] is null ? null : CudaTensors.EmptyLike(x)];
            GpuConvCall call = Call(x, parameters);
            (call.Back.U, call.Ahead.U) = (TensorRows.Address(u[0]), TensorRows.Address(u[1]));
            Launch(module, "conv_forward", x, call);
            context.save_for_backward([x, .. parameters.OfType<Tensor>()]);
            context.save_data("present", parameters.Select(p => p is not null).ToArray());
            context.save_data("module", module);
            return [.. u.OfType<Tensor>()];
        }

        public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradOutputs)
        {
            var module = (CudaModule)context.get_data("module");
            var saved = new Queue<Tensor>(context.get_saved_variables());
            Tensor x = saved.Dequeue();
            Tensor?[] parameters = [.. ((bool[])context.get_data("present")).Select(p => p ? saved.Dequeue() : null)];
            return BackwardFault.Gradients([x, .. parameters, null], () =>
                [.. Backward(module, x, parameters, new Queue<Tensor>(gradOutputs.Select(g => g.contiguous()))), null]);
        }

        private static Tensor?[] Backward(CudaModule module, Tensor x, Tensor?[] parameters, Queue<Tensor> gradU)
        {
            Tensor gradX = CudaTensors.EmptyLike(x);
            GpuConvCall call = Call(x, parameters);
            call.GradX = TensorRows.Address(gradX);
            // [B * tiles, taps and bias, E] of each direction.
            Tensor?[] parts = [Parts(0), Parts(2)];
            List<Tensor> read = [];
            (call.Back.GradU, call.Ahead.GradU) = (Incoming(0), Incoming(2));
            (call.Back.Parts, call.Ahead.Parts) = (TensorRows.Address(parts[0]), TensorRows.Address(parts[1]));
            Launch(module, "conv_backward", x, call);
            GC.KeepAlive(read);
            return [gradX, .. OfParameters(parts[0]), .. OfParameters(parts[1])];

            Tensor? Parts(int first) => parameters[first] is null
                ? null : CudaTensors.Empty(x, [(long)call.Batch * call.Tiles, GpuKernels.Taps + 1, call.Channels]);

            nint Incoming(int first)
            {
                if (parameters[first] is null) return 0;
                read.Add(gradU.Dequeue());
                return TensorRows.Address(read[^1]);
            }

            // Part j is of the weight j tokens away, while the last of K weights is that of the token itself.
            Tensor?[] OfParameters(Tensor? part)
            {
                if (part is null) return [null, null];
                Tensor sums = CudaTensors.Sum(module, part);                                              // [taps + 1, E]
                return [sums.narrow(0, 0, call.Kernel).flip(0).t().contiguous(), sums[GpuKernels.Taps].contiguous()];
            }
        }
    }
}
