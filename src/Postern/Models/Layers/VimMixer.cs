using Postern.Kernels;
using Postern.Models.Ops;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Vim's bidirectional mixer, "v2": one input and one output projection shared by two directions that own everything else;
/// the directions' sum is halved (<c>docs/reference/models.md 2.3</c>). <see cref="VimControls"/> change one thing of it.
/// </summary>
internal sealed class VimMixer : nn.Module
{
    private static readonly Scalar Half = 0.5;
    private readonly MixedPrecision mixed;
    private readonly VimControls controls;
    private readonly int innerDim, stateSize, dtRank;
    private readonly Linear in_proj, out_proj, x_proj, x_proj_b, dt_proj, dt_proj_b;
    private readonly Conv1d conv1d, conv1d_b;

    // Under their registered names, so that a move to another type or device replaces them here, too.
    private readonly Parameter A_log, A_b_log, D, D_b;

    // What x_proj would give, where it is the same for every token; null elsewhere.
    private readonly Parameter? x_const, x_const_b;

    public VimMixer(MixedPrecision mixed, int embedDim, int stateSize, VimControls controls) : base("VimMixer")
    {
        (this.mixed, this.controls) = (mixed, controls);
        (innerDim, this.stateSize, dtRank) = (2 * embedDim, stateSize, (embedDim + 15) / 16);
        in_proj = nn.Linear(embedDim, 2 * innerDim, hasBias: false);
        out_proj = nn.Linear(innerDim, embedDim, hasBias: false);
        (A_log, D, conv1d, x_proj, dt_proj) = Direction();
        (A_b_log, D_b, conv1d_b, x_proj_b, dt_proj_b) = Direction();
        register_module("in_proj", in_proj);
        register_module("out_proj", out_proj);
        register_parameter("A_log", A_log);
        register_parameter("D", D);
        register_module("conv1d", conv1d);
        x_const = RegisterProjection("x_proj", x_proj, "x_const");
        register_module("dt_proj", dt_proj);
        register_parameter("A_b_log", A_b_log);
        register_parameter("D_b", D_b);
        register_module("conv1d_b", conv1d_b);
        x_const_b = RegisterProjection("x_proj_b", x_proj_b, "x_const_b");
        register_module("dt_proj_b", dt_proj_b);

        (Parameter, Parameter, Conv1d, Linear, Linear) Direction() => (
            new Parameter(zeros(innerDim, stateSize)), new Parameter(ones(innerDim)),
            nn.Conv1d(innerDim, innerDim, controls.Conv, groups: innerDim, padding: controls.Conv - 1),
            nn.Linear(innerDim, dtRank + 2 * stateSize, hasBias: false), nn.Linear(dtRank, innerDim));
    }

    /// <summary>The projection, or what stands in its place where it would give the same for every token.</summary>
    private Parameter? RegisterProjection(string name, Linear projection, string constant)
    {
        if (controls.Ssm != SsmKind.Lti)
        {
            register_module(name, projection);
            return null;
        }
        var parameter = new Parameter(zeros(dtRank + 2 * stateSize));
        register_parameter(constant, parameter);
        return parameter;
    }

    /// <summary>Projections, and of each direction convolution, x_proj, dt_proj, state update and read-out.</summary>
    public long MultiplyAddsPerToken =>
        in_proj.weight!.numel() + out_proj.weight!.numel()
            + innerDim * (OfDirection(reverse: false) + OfDirection(reverse: true));

    private long OfDirection(bool reverse) => controls.Conv + controls.Of(reverse) switch
    {
        SsmKind.Identity => 0,
        SsmKind.NoMemory => dtRank + 2 * stateSize + dtRank + 1,
        SsmKind.Lti => 2 * stateSize,
        _ => dtRank + 2 * stateSize + dtRank + 2 * stateSize,
    };

    /// <summary>What is changed of the scans while it computes; null for nothing.</summary>
    public MixerIntervention? Intervention { get; set; }

    /// <summary>[B, L, d] to [B, L, d].</summary>
    public Tensor forward(Tensor hidden, IModelOps ops, NamedTaps taps)
    {
        Tensor x = mixed.Linear(hidden, in_proj.weight!.narrow(0, 0, innerDim));                              // [B, L, E]
        Tensor z = mixed.Linear(hidden, in_proj.weight!.narrow(0, innerDim, innerDim));                       // [B, L, E]
        if (taps.Any || Intervention is not null) return Unfused(x, z, ops, taps);
        (Tensor u, Tensor uBackward) = ops.ConvolvePair(x, Kernels(conv1d), Kernels(conv1d_b));               // [B, L, E] each
        (SsmKind kind, SsmKind kindBackward) = (controls.Of(reverse: false), controls.Of(reverse: true));
        if (ControlledScan.IsScan(kind) && ControlledScan.IsScan(kindBackward))
        {
            ScanDirection forward = Direction(u, Project(u, x_proj, x_const), A_log, D, dt_proj),
                backward = Direction(uBackward, Project(uBackward, x_proj_b, x_const_b), A_b_log, D_b, dt_proj_b);
            return mixed.Linear(ops.ScanPair(forward with { A = ControlledScan.Decay(kind, forward.A) },
                backward with { A = ControlledScan.Decay(kindBackward, backward.A) }, z, controls.Window), out_proj);
        }
        Tensor s = Share(kind, u, (A_log, D, x_proj, x_const, dt_proj), reverse: false, ops)
            + Share(kindBackward, uBackward, (A_b_log, D_b, x_proj_b, x_const_b, dt_proj_b), reverse: true, ops);
        return mixed.Linear(s * nn.functional.silu(MixedPrecision.ToFloat32(z)) * Half, out_proj);
    }

    /// <summary>What one direction adds before the gate, [B, L, E], where it or the other one is no scan.</summary>
    private Tensor Share(
        SsmKind kind, Tensor u, (Parameter ALog, Parameter D, Linear XProj, Parameter? XConst, Linear DtProj) part, bool reverse,
        IModelOps ops) => kind == SsmKind.Identity
        ? MixedPrecision.ToFloat32(u) * part.D
        : ControlledScan.Of(kind, Direction(u, Project(u, part.XProj, part.XConst), part.ALog, part.D, part.DtProj)
            .Input(z: null, reverse, controls.Window), ops);

    /// <summary>The same in float32, each direction for itself, where somebody looks inside.</summary>
    private Tensor Unfused(Tensor x, Tensor z, IModelOps ops, NamedTaps taps)
    {
        Tensor xz = taps.Pass("xz", cat([MixedPrecision.ToFloat32(x), MixedPrecision.ToFloat32(z)], -1), Swap,
            Swap); // [B, L, 2 E]
        (x, z) = (xz.narrow(2, 0, innerDim), xz.narrow(2, innerDim, innerDim));
        Tensor y = Run(x, z, (A_log, D, conv1d, x_proj, x_const, dt_proj), reverse: false, ops, taps.Within("fwd"))
            + Run(x, z, (A_b_log, D_b, conv1d_b, x_proj_b, x_const_b, dt_proj_b), reverse: true, ops, taps.Within("bwd"));
        return mixed.Linear(taps.Pass("y", y * Half), out_proj);
    }

    /// <summary>
    /// One direction, x and z [B, L, E] in picture order to the gated output in picture order. Taps see the order of the scan.
    /// </summary>
    private Tensor Run(
        Tensor x, Tensor z, (Parameter ALog, Parameter D, Conv1d Conv, Linear XProj, Parameter? XConst, Linear DtProj) part,
        bool reverse, IModelOps ops, NamedTaps taps)
    {
        MixerIntervention? change = Intervention?.Concerns(reverse) == true ? Intervention : null;
        (Tensor weight, Tensor bias) = Kernels(part.Conv);
        weight = change?.Kernel(weight) ?? weight;
        Tensor u = taps.Pass("conv", ops.Convolve(x, (weight, bias), reverse), t => Swap(Order(t)),
            t => Order(Swap(t)));
        Tensor projected = taps.Pass("x_proj", Project(u, part.XProj, part.XConst), Order, Order);            // [B, L, R + 2 N]
        ScanInput scan = Direction(u, projected, part.ALog, part.D, part.DtProj).Input(z, reverse, controls.Window);
        Tensor dt = nn.functional.linear(scan.Delta, part.DtProj.weight!);                                    // [B, L, E]
        scan = scan with { Delta = taps.Pass("dt", dt, t => Swap(Order(t)), t => Order(Swap(t))), DtWeight = null };
        if (taps.Any) taps.Pass("scan", new ScanReading(scan, new ConvolutionInput(x, weight, bias)));
        return taps.Pass("y_gated", change?.Gated(scan, ops) ?? ControlledScan.Of(controls.Of(reverse), scan, ops),
            t => Swap(Order(t)), t => Order(Swap(t)));

        Tensor Order(Tensor tokens) => reverse ? tokens.flip(1) : tokens;
    }

    /// <summary>[B, L, E] to the official code's [B, E, L], and back.</summary>
    private static Tensor Swap(Tensor tokens) => tokens.transpose(1, 2);

    /// <summary>Kernels [E, K] and biases [E].</summary>
    private static (Tensor Weight, Tensor Bias) Kernels(Conv1d conv) => (conv.weight.squeeze(1), conv.bias!);

    /// <summary>What steps are made of, B and C, side by side: [B, L, R + 2 N].</summary>
    private Tensor Project(Tensor u, Linear xProj, Parameter? xConst) => xConst is null
        ? MixedPrecision.ToFloat32(mixed.Linear(u, xProj))
        : xConst.expand(u.shape[0], u.shape[1], -1);

    private static ScanDirection Direction(Tensor u, Tensor projected, Parameter aLog, Parameter d, Linear dtProj) =>
        new(u, projected, aLog.exp().neg(), d, dtProj.weight!, dtProj.bias!);

    public void Initialise(int depth, Func<string, RandomStream> stream)
    {
        Initial.Uniform(in_proj.weight!, Initial.DefaultBound(in_proj.weight!), stream("in_proj.weight"));
        Initial.Uniform(out_proj.weight!, Initial.DefaultBound(out_proj.weight!) / Math.Sqrt(depth), stream("out_proj.weight"));
        Initialise(A_log, D, conv1d, x_proj, dt_proj, "", stream);
        Initialise(A_b_log, D_b, conv1d_b, x_proj_b, dt_proj_b, "_b", stream);
        if (x_const is not null) Initial.Fill(x_const, ConstantsOfTokens(stream("x_const")));
        if (x_const_b is not null) Initial.Fill(x_const_b, ConstantsOfTokens(stream("x_const_b")));
        // The official code initialises only the forward direction's step bias; the backward one is zeroed by its last pass.
        Steps(dt_proj, "dt_proj.bias", controls.Steps != InitialSteps.Long);
        Steps(dt_proj_b, "dt_proj_b.bias", controls.Steps == InitialSteps.Short);

        void Steps(Linear dtProj, string name, bool areShort)
        {
            if (areShort) Initial.Fill(dtProj.bias!, InverseSoftplusOfSteps(stream(name)));
            else Initial.Constant(dtProj.bias!, 0);
        }
    }

    private void Initialise(Parameter aLog, Parameter d, Conv1d conv, Linear xProj, Linear dtProj, string suffix,
        Func<string, RandomStream> stream)
    {
        Initial.Fill(aLog, StateIndexLogs());
        Initial.Constant(d, 1);
        Initial.Uniform(conv.weight, Initial.DefaultBound(conv.weight), stream($"conv1d{suffix}.weight"));
        Initial.Uniform(conv.bias!, Initial.DefaultBound(conv.weight), stream($"conv1d{suffix}.bias"));
        Initial.Uniform(xProj.weight!, Initial.DefaultBound(xProj.weight!), stream($"x_proj{suffix}.weight"));
        Initial.Uniform(dtProj.weight!, Initial.DefaultBound(dtProj.weight!), stream($"dt_proj{suffix}.weight"));
    }

    /// <summary>S4D-real: every row is ln 1, ln 2, ..., ln N.</summary>
    private Func<double> StateIndexLogs()
    {
        int i = 0;
        return () => Math.Log(1 + i++ % stateSize);
    }

    /// <summary>Steps that are those of the bias alone, B of ones and C of variance 1 / N, as a diagonal S4 begins.</summary>
    private Func<double> ConstantsOfTokens(RandomStream stream)
    {
        int i = 0;
        return () => i++ is int at && at < dtRank ? 0 : at < dtRank + stateSize ? 1 : stream.NextNormal() / Math.Sqrt(stateSize);
    }

    /// <summary>t = exp(U(ln 0.001, ln 0.1)), at least 1e-4; its inverse under softplus is t + ln(1 - e^-t).</summary>
    private static Func<double> InverseSoftplusOfSteps(RandomStream stream) => () =>
    {
        double step = Math.Max(1e-4, Math.Exp(stream.NextDouble(Math.Log(0.001), Math.Log(0.1))));
        return step + Math.Log(-double.ExpM1(-step));
    };
}
