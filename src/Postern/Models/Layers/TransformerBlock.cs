using Postern.Models.Ops;
using Postern.Native.Paths;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The two branches of a pre-norm transformer block. Each is added to the stream by what comes next, together with that one's
/// norm.
/// </summary>
internal sealed class TransformerBlock : nn.Module
{
    /// <summary>Epsilon of every layer norm of the official code.</summary>
    public const double NormEps = 1e-6;

    private readonly MixedPrecision mixed;
    private readonly LayerNorm norm1, norm2;
    private readonly SelfAttention attn;
    private readonly Mlp mlp;

    public TransformerBlock(MixedPrecision mixed, int embedDim, int heads) : base("TransformerBlock")
    {
        this.mixed = mixed;
        norm1 = nn.LayerNorm(embedDim, eps: NormEps);
        attn = new SelfAttention(mixed, embedDim, heads);
        norm2 = nn.LayerNorm(embedDim, eps: NormEps);
        mlp = new Mlp(mixed, embedDim, 4 * embedDim);
        register_module("norm1", norm1);
        register_module("attn", attn);
        register_module("norm2", norm2);
        register_module("mlp", mlp);
    }

    /// <summary>The stream with what was still to be added, x, and attn(norm1(x)): [B, L, d] each.</summary>
    public (Tensor Stream, Tensor Branch) Attention(Tensor stream, Tensor? branch, IModelOps ops, NamedTaps taps)
    {
        (Tensor sum, Tensor normed) = ops.AddLayerNorm(stream, branch, LayerNormOf.Module(norm1, NormEps), mixed.Type);
        return (sum, attn.forward(normed, taps.Within("attn")));
    }

    /// <summary>The stream with what was still to be added, x, and mlp(norm2(x)): [B, L, d] each.</summary>
    public (Tensor Stream, Tensor Branch) Perceptron(Tensor stream, Tensor? branch, IModelOps ops, NamedTaps taps)
    {
        (Tensor sum, Tensor normed) = ops.AddLayerNorm(stream, branch, LayerNormOf.Module(norm2, NormEps), mixed.Type);
        return (sum, mlp.forward(normed, ops, taps.Within("mlp")));
    }

    /// <summary>Softmax attention with one projection for queries, keys and values.</summary>
    private sealed class SelfAttention : nn.Module
    {
        private readonly MixedPrecision mixed;
        private readonly int heads;
        private readonly Scalar scale;
        private readonly Linear qkv, proj;

        public SelfAttention(MixedPrecision mixed, int embedDim, int heads) : base("SelfAttention")
        {
            this.mixed = mixed;
            this.heads = heads;
            scale = Math.Pow(embedDim / (double)heads, -0.5);
            qkv = nn.Linear(embedDim, 3 * embedDim);
            proj = nn.Linear(embedDim, embedDim);
            register_module("qkv", qkv);
            register_module("proj", proj);
        }

        public Tensor forward(Tensor x, NamedTaps taps)
        {
            (long batch, long tokens, long dim) = (x.shape[0], x.shape[1], x.shape[2]);
            // Taken apart at once: parts taken one by one would each have a gradient of all three, zero but for its own.
            Tensor[] split = mixed.Linear(x, qkv).view(batch, tokens, 3, heads, dim / heads)
                .permute(2, 0, 3, 1, 4).unbind(0);                                 // three of [B, heads, L, d / heads]
            Tensor scores = (split[0] * scale).matmul(split[1].transpose(-2, -1)); // [B, heads, L, L]
            Tensor weights = AttentionSoftmax.Apply(scores);                       // [B, heads, L, L]
            if (taps.Any) weights = taps.Pass("weights", MixedPrecision.ToFloat32(weights)).to(scores.dtype);
            Tensor values = weights.matmul(split[2]);                              // [B, heads, L, d / heads]
            return mixed.Linear(values.transpose(1, 2).reshape(batch, tokens, dim), proj);
        }
    }

    /// <summary>fc2(GELU(fc1(x))) with the exact GELU.</summary>
    private sealed class Mlp : nn.Module
    {
        private readonly MixedPrecision mixed;
        private readonly Linear fc1, fc2;

        public Mlp(MixedPrecision mixed, int embedDim, int hiddenDim) : base("Mlp")
        {
            this.mixed = mixed;
            fc1 = nn.Linear(embedDim, hiddenDim);
            fc2 = nn.Linear(hiddenDim, embedDim);
            register_module("fc1", fc1);
            register_module("fc2", fc2);
        }

        public Tensor forward(Tensor x, IModelOps ops, NamedTaps taps)
        {
            Tensor hidden = ops.Gelu(mixed.Linear(x, fc1)); // [B, L, 4 d]
            if (taps.Any) hidden = taps.Pass("hidden", MixedPrecision.ToFloat32(hidden)).to(hidden.dtype);
            return mixed.Linear(hidden, fc2);
        }
    }
}
