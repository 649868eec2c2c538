using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>Fills parameters with initial values from seeded streams, independent of libtorch's generator and threads.</summary>
internal static class Initial
{
    /// <summary>Uniform in [-<paramref name="bound"/>, <paramref name="bound"/>).</summary>
    public static void Uniform(Tensor parameter, double bound, RandomStream stream) =>
        Fill(parameter, () => stream.NextDouble(-bound, bound));

    /// <summary>Normal with mean 0.</summary>
    public static void Normal(Tensor parameter, double std, RandomStream stream) =>
        Fill(parameter, () => std * stream.NextNormal());

    /// <summary>The same value everywhere.</summary>
    public static void Constant(Tensor parameter, double value)
    {
        using var noGrad = no_grad();
        // Kept alive: TorchSharp lets an implicit Scalar be finalised while the native call still reads it.
        Scalar scalar = value;
        parameter.fill_(scalar);
        GC.KeepAlive(scalar);
    }

    /// <summary>Values in row-major order.</summary>
    public static void Fill(Tensor parameter, Func<double> next)
    {
        float[] values = new float[parameter.numel()];
        for (int i = 0; i < values.Length; i++) values[i] = (float)next();
        using var noGrad = no_grad();
        using Tensor source = tensor(values, parameter.shape);
        parameter.copy_(source);
    }

    /// <summary>PyTorch's default of linear and convolution layers: uniform within 1 / sqrt(fan in), the bias likewise.</summary>
    public static double DefaultBound(Tensor weight) => 1.0 / Math.Sqrt(weight.numel() / weight.shape[0]);
}
