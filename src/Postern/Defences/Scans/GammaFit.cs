using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Scans;

/// <summary>
/// The gamma distribution with its location at 0 that fits some positive numbers best: ln a - digamma(a) = ln mean - mean ln has
/// one solution. With a free location, as the official code fits it, nine numbers often have no best fit at all.
/// </summary>
/// <param name="Shape">a.</param>
/// <param name="Scale">theta.</param>
internal readonly record struct GammaFit(double Shape, double Scale)
{
    private const int Halvings = 200;

    /// <summary>The fit of <paramref name="values"/>, at least two different positive ones.</summary>
    public static GammaFit Of(IReadOnlyList<double> values)
    {
        double mean = values.Average(), gap = Math.Log(mean) - values.Average(Math.Log);
        // ln a - digamma(a) falls from infinity to 0, about 1 / (2 a) for large a.
        double low = 1e-8, high = 1 / gap + 1;
        for (int i = 0; i < Halvings && high - low > 1e-15 * high; i++)
        {
            double middle = (low + high) / 2;
            if (Math.Log(middle) - Digamma(middle) > gap) low = middle;
            else high = middle;
        }
        double shape = (low + high) / 2;
        return new GammaFit(shape, mean / shape);
    }

    /// <summary>1 - F(x)^n: the chance that the largest of n draws exceeds <paramref name="x"/>.</summary>
    public double ChanceOfMore(double x, int draws)
    {
        using DisposeScope scope = NewDisposeScope();
        double above = special.gammaincc(tensor(Shape), tensor(x / Scale)).item<double>();
        return -double.ExpM1(draws * double.LogP1(-above));
    }

    private static double Digamma(double a)
    {
        using Tensor x = tensor(a), value = x.digamma();
        return value.item<double>();
    }
}
