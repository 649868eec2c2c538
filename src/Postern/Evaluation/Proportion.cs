namespace Postern.Evaluation;

/// <summary>A share of counted pictures with its 95% interval.</summary>
/// <param name="Hits">Pictures that count.</param>
/// <param name="Total">Pictures looked at.</param>
public readonly record struct Proportion(int Hits, int Total)
{
    private const double Z95 = 1.959963984540054;

    /// <summary>Hits / Total, a fraction; NaN where nothing was looked at.</summary>
    public double Value => Total == 0 ? double.NaN : (double)Hits / Total;

    /// <summary>Lower end of the Wilson score interval (Wilson 1927).</summary>
    public double Low => Bound(-1);

    /// <summary>Upper end of the Wilson score interval.</summary>
    public double High => Bound(+1);

    private double Bound(int side)
    {
        if (Total == 0) return double.NaN;
        double n = Total, p = Value, z2 = Z95 * Z95;
        double centre = p + z2 / (2 * n), spread = Z95 * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return Math.Clamp((centre + side * spread) / (1 + z2 / n), 0, 1);
    }
}
