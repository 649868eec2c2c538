using Postern.Kernels;
using Postern.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// The fused selective scan as a differentiable operation. Only its inputs are kept for the backward pass, which computes the
/// states again. <see cref="SelectiveScanLoop"/> is its plain twin.
/// </summary>
public static class SelectiveScanFunction
{
    /// <summary>y [B, L, E].</summary>
    public static Tensor Apply(ScanInput scan) => Scan.apply(
        scan.U, scan.Delta, scan.A, scan.B, scan.C, scan.D!, scan.Z!, scan.DeltaBias!, scan.DtWeight!, scan.Softplus,
        scan.Reverse, scan.Window);

    /// <summary>The state after the last token scanned, [B, E, N]; not differentiable.</summary>
    public static Tensor LastState(ScanInput scan)
    {
        Tensor?[] dense = Dense(scan);
        using Tensor y = empty_like(dense[0]!);
        Tensor state = empty([scan.U.shape[0], scan.U.shape[2], scan.A.shape[1]], device: scan.U.device);
        SelectiveScan.Forward(Shape(dense, scan.Softplus, scan.Reverse, scan.Window), Rows(dense),
            new SelectiveScanOutputs { Y = TensorRows.Of(y), LastState = TensorRows.Of(state) });
        return state;
    }

    /// <summary>What u gets of a gradient of y, both [B, L, E], by the backward pass alone; not differentiable.</summary>
    public static Tensor GradientOfU(ScanInput scan, Tensor gradY)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor?[] inputs = Dense(scan), gradients = Empty(inputs);
        Tensor rows = TensorRows.Rows(gradY);
        SelectiveScan.Backward(Shape(inputs, scan.Softplus, scan.Reverse, scan.Window), Rows(inputs), TensorRows.Of(rows),
            Rows(gradients));
        return gradients[0]!.MoveToOuterDisposeScope();
    }

    private static Tensor?[] Dense(ScanInput scan) =>
        [.. new[] { scan.U, scan.Delta, scan.A, scan.B, scan.C, scan.D, scan.Z, scan.DeltaBias, scan.DtWeight }.Select(Dense)];

    private static Tensor?[] Empty(Tensor?[] inputs) =>
        [.. inputs.Select(i => i is null ? null : empty(i.shape, device: i.device))];

    private static Tensor? Dense(Tensor? tensor) => tensor is null ? null : TensorRows.Rows(tensor.detach());

    private static SelectiveScanShape Shape(Tensor?[] inputs, bool softplus, bool reverse, int window)
    {
        (Tensor u, Tensor a, Tensor b, Tensor c) = (inputs[0]!, inputs[2]!, inputs[3]!, inputs[4]!);
        return new SelectiveScanShape((int)u.shape[0], (int)u.shape[1], (int)u.shape[2], (int)a.shape[1])
        {
            Groups = (int)(b.dim() == 4 ? b.shape[2] : c.dim() == 4 ? c.shape[2] : 1),
            ConstantB = b.dim() == 2,
            ConstantC = c.dim() == 2,
            DeltaSoftplus = softplus,
            Reverse = reverse,
            Window = window,
            DtRank = inputs[8] is Tensor weight ? (int)weight.shape[1] : 0,
        };
    }

    /// <summary>The addresses of inputs, or of their gradients.</summary>
    private static SelectiveScanTensors Rows(Tensor?[] t) => new()
    {
        U = TensorRows.Of(t[0]),
        Delta = TensorRows.Of(t[1]),
        A = TensorRows.Of(t[2]),
        B = TensorRows.Of(t[3]),
        C = TensorRows.Of(t[4]),
        D = TensorRows.Of(t[5]),
        Z = TensorRows.Of(t[6]),
        DeltaBias = TensorRows.Of(t[7]),
        DtWeight = TensorRows.Of(t[8]),
    };

    private sealed class Scan : autograd.SingleTensorFunction<Scan>
    {
        private const int Tensors = 9;

        public override string Name => "SelectiveScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            Tensor?[] inputs = [.. vars.Take(Tensors).Select(v => Dense((Tensor?)v))];
            SelectiveScanShape shape = Shape(inputs, (bool)vars[Tensors], (bool)vars[Tensors + 1], (int)vars[Tensors + 2]);
            Tensor y = empty([shape.Batch, shape.Length, shape.Channels], device: inputs[0]!.device);
            SelectiveScan.Forward(shape, Rows(inputs), new SelectiveScanOutputs { Y = TensorRows.Of(y) });
            context.save_for_backward([.. inputs.OfType<Tensor>()]);
            context.save_data("present", inputs.Select(i => i is not null).ToArray());
            context.save_data("shape", shape);
            return y;
        }

        public override List<Tensor> backward(
            autograd.AutogradContext context, Tensor gradOutput) => TensorScopes.OfGradients(() =>
        {
            var present = (bool[])context.get_data("present");
            var shape = (SelectiveScanShape)context.get_data("shape");
            var saved = new Queue<Tensor>(context.get_saved_variables());
            Tensor?[] inputs = [.. present.Select(p => p ? saved.Dequeue() : null)];
            Tensor?[] gradients = Empty(inputs);
            Tensor gradY = TensorRows.Rows(gradOutput);
            SelectiveScan.Backward(shape, Rows(inputs), TensorRows.Of(gradY), Rows(gradients));
            return [.. gradients, null, null, null];
        });
    }
}
