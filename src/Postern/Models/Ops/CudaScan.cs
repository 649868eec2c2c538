using Postern.Kernels;
using Postern.Native.Cuda;
using static TorchSharp.torch;

namespace Postern.Models.Ops;

/// <summary>
/// One scan, or two in opposite directions behind one gate, by the kernels of a card: y = scale (s + s') z sigmoid(z). Only
/// inputs are kept for the backward pass, which computes states again. <see cref="SelectiveScanLoop"/> is the plain twin of one
/// scan.
/// </summary>
internal static class CudaScan
{
    // Of each scan, in this order: u, delta, A, B, C, D, bias.
    private const int OfScan = 7;

    /// <summary>y [B, L, E], of the type of u.</summary>
    /// <param name="module">The kernels.</param>
    /// <param name="scans">One or two, u [B, L, E] of one type; all else float32. Their gates are not looked at.</param>
    /// <param name="z">The gate, [B, L, E] of the type of u; null for none.</param>
    /// <param name="scale">1 for one scan, 1/2 for a pair.</param>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public static Tensor Apply(CudaModule module, IReadOnlyList<ScanInput> scans, Tensor? z, float scale)
    {
        var plan = new Plan(module, [.. scans.Select(s => s.Reverse)], scans[0].Softplus, scans[0].Window, scale);
        return Function.apply([.. scans.SelectMany(s =>
            new object[] { s.U, Steps(s), s.A, s.B, s.C, s.D!, s.DeltaBias! }), z!, plan]);
    }

    /// <summary>Steps before bias and softplus, [B, L, E]: their product of low rank is libtorch's.</summary>
    private static Tensor Steps(ScanInput scan) =>
        scan.DtWeight is null ? scan.Delta : nn.functional.linear(scan.Delta, scan.DtWeight);

    private sealed record Plan(CudaModule Module, bool[] Reverse, bool Softplus, int Window, float Scale);

    /// <summary>The call of a plan over its dense inputs, and the memory of what both passes compute.</summary>
    private sealed class Work
    {
        private readonly Plan plan;
        private readonly Tensor?[] inputs;
        private readonly ScanCoefficients[] coefficients;
        private readonly GpuScanDirection[] ways;
        private Tensor[] keep = [];

        public Work(Plan plan, Tensor?[] inputs)
        {
            (this.plan, this.inputs) = (plan, inputs);
            Tensor u = inputs[0]!;
            (Batch, Length, Channels, States) = (u.shape[0], u.shape[1], u.shape[2], inputs[2]!.shape[1]);
            Groups = Scans.SelectMany(i => new[] { Of(i, 3)!, Of(i, 4)! }).Max(m => ScanCoefficients.Groups(m, Channels));
            coefficients = [.. Scans.SelectMany(i =>
                new[] { ScanCoefficients.Of(Of(i, 3)!, Groups), ScanCoefficients.Of(Of(i, 4)!, Groups) })];
            ways = [.. Scans.Select(Direction)];
        }

        public long Batch { get; }

        public long Length { get; }

        public long Channels { get; }

        public long States { get; }

        public long Groups { get; }

        public long BlocksOfGroup => CudaTensors.Blocks(Channels / Groups);

        public IEnumerable<int> Scans => Enumerable.Range(0, plan.Reverse.Length);

        private long Chunks => CudaTensors.Parts(Length, GpuKernels.TokensOfChunk);

        public Tensor? Of(int scan, int input) => inputs[scan * OfScan + input];

        public void Each(Func<GpuScanDirection, int, GpuScanDirection> change)
        {
            foreach (int i in Scans) ways[i] = change(ways[i], i);
        }

        /// <summary>s of each scan, [B, L, E] in float32.</summary>
        /// <param name="keeps">Whether the states are kept that the backward pass begins its chunks with.</param>
        public Tensor[] Forward(bool keeps)
        {
            Tensor[] s = [.. Scans.Select(_ => Empty(Batch, Length, Channels))];
            keep = keeps ? [.. Scans.Select(_ => Empty(Batch, Chunks, States, Channels))] : [];
            Each((way, i) => way with
            {
                S = TensorRows.Address(s[i]),
                Keep = keeps ? TensorRows.Address(keep[i]) : 0,
            });
            Launch("scan_forward");
            return s;
        }

        public void Launch(string kernel)
        {
            plan.Module.Launch(
                $"{kernel}_{CudaTensors.Rows(inputs[0]!.dtype)}", Groups * BlocksOfGroup, Batch, ways.Length, new GpuScanCall
                {
                    Batch = (int)Batch,
                    Length = (int)Length,
                    Channels = (int)Channels,
                    States = (int)States,
                    Groups = (int)Groups,
                    Softplus = plan.Softplus ? 1 : 0,
                    Window = plan.Window,
                    Chunks = (int)Chunks,
                    First = ways[0],
                    Second = ways[^1],
                });
            GC.KeepAlive(this);
        }

        /// <summary>The call of the gate behind scans that gave <paramref name="s"/>.</summary>
        public void Gate(string kernel, Tensor[] s, GpuGateCall call)
        {
            call.Count = s[0].numel();
            call.S = TensorRows.Address(s[0]);
            call.Other = s.Length > 1 ? TensorRows.Address(s[1]) : 0;
            call.Z = TensorRows.Address(inputs[^1]);
            call.Scale = plan.Scale;
            plan.Module.Launch($"{kernel}_{CudaTensors.Rows(inputs[0]!.dtype)}", CudaTensors.Blocks(call.Count), 1, 1, call);
            GC.KeepAlive(this);
            GC.KeepAlive(s);
        }

        public Tensor Empty(params long[] shape) => CudaTensors.Empty(inputs[0]!, shape);

        private GpuScanDirection Direction(int scan) => new()
        {
            U = TensorRows.Address(Of(scan, 0)),
            Delta = TensorRows.Address(Of(scan, 1)),
            A = TensorRows.Address(Of(scan, 2)),
            B = TensorRows.Address(coefficients[2 * scan].Rows),
            C = TensorRows.Address(coefficients[2 * scan + 1].Rows),
            Skip = TensorRows.Address(Of(scan, 5)),
            Bias = TensorRows.Address(Of(scan, 6)),
            BToken = coefficients[2 * scan].Token,
            BGroup = coefficients[2 * scan].Group,
            CToken = coefficients[2 * scan + 1].Token,
            CGroup = coefficients[2 * scan + 1].Group,
            Reverse = plan.Reverse[scan] ? 1 : 0,
        };
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "CudaScan";

        public override Tensor forward(autograd.AutogradContext context, params object[] vars)
        {
            var plan = (Plan)vars[^1];
            BackwardFault.ThrowEarlier();
            Tensor?[] inputs = [.. vars[..^1].Select((v, i) => Dense((Tensor?)v, i))];
            var work = new Work(plan, inputs);
            Tensor y = CudaTensors.EmptyLike(inputs[0]!);
            work.Gate("gate_forward", work.Forward(keeps: false), new GpuGateCall { Y = TensorRows.Address(y) });
            context.save_for_backward([.. inputs.OfType<Tensor>()]);
            context.save_data("present", inputs.Select(i => i is not null).ToArray());
            context.save_data("plan", plan);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput)
        {
            var plan = (Plan)context.get_data("plan");
            var saved = new Queue<Tensor>(context.get_saved_variables());
            Tensor?[] inputs = [.. ((bool[])context.get_data("present")).Select(p => p ? saved.Dequeue() : null)];
            return BackwardFault.Gradients([.. inputs, null], () => Backward(plan, inputs, gradOutput.contiguous()));
        }

        /// <summary>B and C stay slices of wider rows where they are; all else is dense.</summary>
        private static Tensor? Dense(Tensor? tensor, int at) =>
            at % OfScan is 3 or 4 ? tensor!.detach() : tensor?.detach().contiguous();

        private static Tensor?[] Backward(Plan plan, Tensor?[] inputs, Tensor gradY)
        {
            var work = new Work(plan, inputs);
            Tensor[] s = work.Forward(keeps: true);
            Tensor gradS = CudaTensors.EmptyLike(s[0]);
            Tensor? gradZ = inputs[^1] is Tensor z ? CudaTensors.EmptyLike(z) : null;
            work.Gate("gate_backward", s, new GpuGateCall
            {
                GradY = TensorRows.Address(gradY),
                GradS = TensorRows.Address(gradS),
                GradZ = TensorRows.Address(gradZ),
            });

            Tensor?[][] parts = [.. work.Scans.Select(i => Parts(work, i))];
            work.Each((way, i) => way with
            {
                GradS = TensorRows.Address(gradS),
                GradU = TensorRows.Address(parts[i][0]),
                GradDelta = TensorRows.Address(parts[i][1]),
                GradA = TensorRows.Address(parts[i][2]),
                GradB = TensorRows.Address(parts[i][3]),
                GradC = TensorRows.Address(parts[i][4]),
                GradSkip = TensorRows.Address(parts[i][5]),
                GradBias = TensorRows.Address(parts[i][6]),
            });
            work.Launch("scan_backward");
            return [.. work.Scans.SelectMany(i => Gradients(plan.Module, work, i, parts[i])), gradZ, null];
        }

        private static Tensor?[] Parts(Work work, int scan)
        {
            Tensor OfMatrix() => work.Empty(work.BlocksOfGroup, work.Batch, work.Length, work.Groups, work.States);
            return
            [
                CudaTensors.EmptyLike(work.Of(scan, 0)!),
                CudaTensors.EmptyLike(work.Of(scan, 1)!),
                work.Empty(work.Batch, work.Channels, work.States),
                OfMatrix(),
                OfMatrix(),
                work.Of(scan, 5) is null ? null : work.Empty(work.Batch, work.Channels),
                work.Of(scan, 6) is null ? null : work.Empty(work.Batch, work.Channels),
            ];
        }

        private static Tensor?[] Gradients(CudaModule module, Work work, int scan, Tensor?[] parts)
        {
            Tensor? Sum(int i) => parts[i] is Tensor part ? CudaTensors.Sum(module, part) : null;
            return
            [
                parts[0], parts[1], Sum(2), ScanCoefficients.Gradient(Sum(3)!, work.Of(scan, 3)!),
                ScanCoefficients.Gradient(Sum(4)!, work.Of(scan, 4)!), Sum(5), Sum(6),
            ];
        }
    }
}
