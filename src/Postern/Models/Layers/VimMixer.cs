using Postern.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Vim's bidirectional mixer, "v2": one input and one output projection shared by two directions that own everything else;
/// the directions' sum is halved (<c>docs/reference/models.md 2.3</c>).
/// </summary>
internal sealed class VimMixer : nn.Module
{
    private const int ConvKernel = 4;
    private static readonly Scalar Half = 0.5;
    private readonly Products products;
    private readonly int innerDim, stateSize, stepRank;
    private readonly Linear in_proj, out_proj;
    private readonly Direction forwardDirection, backwardDirection;

    public VimMixer(Products products, int embedDim, int stateSize) : base("VimMixer")
    {
        this.products = products;
        (innerDim, this.stateSize, stepRank) = (2 * embedDim, stateSize, (embedDim + 15) / 16);
        in_proj = nn.Linear(embedDim, 2 * innerDim, hasBias: false);
        out_proj = nn.Linear(innerDim, embedDim, hasBias: false);
        register_module("in_proj", in_proj);
        register_module("out_proj", out_proj);
        forwardDirection = new Direction(this, innerDim, stateSize, stepRank, backward: false);
        backwardDirection = new Direction(this, innerDim, stateSize, stepRank, backward: true);
    }

    /// <summary>Plain tensor operations instead of the fused kernels; see <see cref="Vim.UseLoop"/>.</summary>
    public bool UseLoop { get; set; }

    /// <summary>Projections, and of each direction convolution, x_proj, dt_proj, state update and read-out.</summary>
    public long MultiplyAddsPerToken =>
        in_proj.weight!.numel() + out_proj.weight!.numel() + 2L * innerDim * (ConvKernel + stepRank + 2 * stateSize + stepRank + 2 * stateSize);

    /// <summary>[B, L, d] to [B, L, d] of the products' type.</summary>
    public Tensor forward(Tensor hidden, Action<string, Func<Tensor>>? observe)
    {
        Tensor x = products.Linear(hidden, in_proj.weight!.narrow(0, 0, innerDim));           // [B, L, E]
        Tensor z = products.Linear(hidden, in_proj.weight!.narrow(0, innerDim, innerDim));    // [B, L, E]
        observe?.Invoke("xz", () => Products.Wide(cat([x, z], -1)).transpose(1, 2));
        bool fused = observe is null && !UseLoop;
        return products.Linear(fused ? Fused(x, z) : Apart(Products.Wide(x), Products.Wide(z), observe), out_proj);
    }

    /// <summary>Both directions, fused: [B, L, E].</summary>
    private Tensor Fused(Tensor x, Tensor z)
    {
        (Tensor u, Tensor uBackward) = BidirectionalConv.Apply(x, forwardDirection.Convolution, backwardDirection.Convolution);
        return BidirectionalScan.Apply(forwardDirection.Prepare(u), backwardDirection.Prepare(uBackward), z);
    }

    /// <summary>Each direction for itself, where somebody looks inside or wants plain tensor operations: [B, L, E].</summary>
    private Tensor Apart(Tensor x, Tensor z, Action<string, Func<Tensor>>? observe) =>
        (forwardDirection.Run(x, z, UseLoop, observe) + backwardDirection.Run(x, z, UseLoop, observe)) * Half;

    public void Initialise(int depth, Func<string, RandomStream> stream)
    {
        Initial.Uniform(in_proj.weight!, Initial.DefaultBound(in_proj.weight!), stream("in_proj.weight"));
        Initial.Uniform(out_proj.weight!, Initial.DefaultBound(out_proj.weight!) / Math.Sqrt(depth), stream("out_proj.weight"));
        forwardDirection.Initialise(stream);
        backwardDirection.Initialise(stream);
    }

    /// <summary>Convolution, input-dependent step, B and C, and the scan of one direction. Parameters are the mixer's own.</summary>
    private sealed class Direction
    {
        private readonly Products products;
        private readonly bool backward;
        private readonly string suffix;
        private readonly int stateSize, stepRank;
        private readonly Parameter aLog, d;
        private readonly Conv1d conv;
        private readonly Linear xProj, dtProj;

        public Direction(VimMixer mixer, int innerDim, int stateSize, int stepRank, bool backward)
        {
            (products, this.backward, this.stateSize, this.stepRank) = (mixer.products, backward, stateSize, stepRank);
            suffix = backward ? "_b" : "";
            aLog = new Parameter(zeros(innerDim, stateSize));
            d = new Parameter(ones(innerDim));
            conv = nn.Conv1d(innerDim, innerDim, ConvKernel, groups: innerDim, padding: ConvKernel - 1);
            xProj = nn.Linear(innerDim, stepRank + 2 * stateSize, hasBias: false);
            dtProj = nn.Linear(stepRank, innerDim);
            mixer.register_parameter($"A{suffix}_log", aLog);
            mixer.register_parameter($"D{suffix}", d);
            mixer.register_module($"conv1d{suffix}", conv);
            mixer.register_module($"x_proj{suffix}", xProj);
            mixer.register_module($"dt_proj{suffix}", dtProj);
        }

        /// <summary>Kernels [E, K] and biases [E].</summary>
        public (Tensor Weight, Tensor Bias) Convolution => (conv.weight.squeeze(1), conv.bias!);

        /// <summary>What the scan of u [B, L, E] reads.</summary>
        public ScanDirection Prepare(Tensor u) =>
            new(u, Products.Wide(products.Linear(u, xProj)), aLog.exp().neg(), d, dtProj.weight!, dtProj.bias!);

        /// <summary>x, z [B, L, E] in natural token order to the gated output [B, L, E] in natural token order.</summary>
        public Tensor Run(Tensor x, Tensor z, bool loop, Action<string, Func<Tensor>>? observe)
        {
            Tensor u = CausalConvSilu.Apply(x, Convolution.Weight, Convolution.Bias, backward, loop);        // [B, L, E]
            (_, Tensor projected, Tensor a, _, Tensor stepWeight, Tensor stepBias) = Prepare(u);
            Tensor steps = projected.narrow(2, 0, stepRank);                                                // [B, L, R]
            Tensor b = projected.narrow(2, stepRank, stateSize);                                            // [B, L, N]
            Tensor c = projected.narrow(2, stepRank + stateSize, stateSize);                                // [B, L, N]
            ScanInput scan = new(u, steps, a, b, c)
            {
                D = d,
                Z = z,
                DeltaBias = stepBias, // dt_proj's, added inside the scan before softplus
                StepWeight = stepWeight,
                Softplus = true,
                Reverse = backward,
            };
            Tensor y = loop ? SelectiveScanLoop.Apply(scan) : SelectiveScanFunction.Apply(scan);
            if (observe is not null)
            {
                string name = backward ? "bwd" : "fwd";
                observe($"{name}.conv", () => ScanOrder(u).transpose(1, 2));
                observe($"{name}.x_proj", () => ScanOrder(projected));
                observe($"{name}.dt", () => ScanOrder(nn.functional.linear(steps, stepWeight)).transpose(1, 2));
                observe($"{name}.y_gated", () => ScanOrder(y).transpose(1, 2));
            }
            return y;
        }

        public void Initialise(Func<string, RandomStream> stream)
        {
            Initial.Fill(aLog, StateIndexLogs());
            Initial.Constant(d, 1);
            Initial.Uniform(conv.weight, Initial.DefaultBound(conv.weight), stream($"conv1d{suffix}.weight"));
            Initial.Uniform(conv.bias!, Initial.DefaultBound(conv.weight), stream($"conv1d{suffix}.bias"));
            Initial.Uniform(xProj.weight!, Initial.DefaultBound(xProj.weight!), stream($"x_proj{suffix}.weight"));
            Initial.Uniform(dtProj.weight!, Initial.DefaultBound(dtProj.weight!), stream($"dt_proj{suffix}.weight"));
            // The official code initialises only the forward direction's step bias; the backward one is zeroed by its last pass.
            if (backward) Initial.Constant(dtProj.bias!, 0);
            else Initial.Fill(dtProj.bias!, InverseSoftplusOfSteps(stream($"dt_proj{suffix}.bias")));
        }

        private Tensor ScanOrder(Tensor tokens) => backward ? tokens.flip(1) : tokens;

        /// <summary>S4D-real: every row is ln 1, ln 2, ..., ln N.</summary>
        private Func<double> StateIndexLogs()
        {
            int i = 0;
            return () => Math.Log(1 + i++ % stateSize);
        }

        /// <summary>t = exp(U(ln 0.001, ln 0.1)), at least 1e-4; its inverse under softplus is t + ln(1 - e^-t).</summary>
        private static Func<double> InverseSoftplusOfSteps(RandomStream stream) => () =>
        {
            double step = Math.Max(1e-4, Math.Exp(stream.NextDouble(Math.Log(0.001), Math.Log(0.1))));
            return step + Math.Log(-double.ExpM1(-step));
        };
    }
}
