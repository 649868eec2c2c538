namespace Postern.Probes;

/// <summary>How a share of the same pictures changes, with its 95% interval (Bonett and Price 2012: a picture is added that was
/// lost and one that was gained, so that no change in few pictures is not taken for certainty).</summary>
/// <param name="Lost">Pictures that counted before and do not after.</param>
/// <param name="Gained">Pictures that count after and did not before.</param>
/// <param name="Total">All pictures.</param>
public readonly record struct PairedChange(int Lost, int Gained, int Total)
{
    private const double Z95 = 1.959963984540054;

    /// <summary>After - before, a fraction from -1 to 1; NaN where nothing was looked at.</summary>
    public double Value => Total == 0 ? double.NaN : (double)(Gained - Lost) / Total;

    /// <summary>Lower end of the interval.</summary>
    public double Low => Bound(-1);

    /// <summary>Upper end of the interval.</summary>
    public double High => Bound(+1);

    /// <summary>The change from one row of outcomes to the other.</summary>
    /// <param name="before">Whether each picture counted.</param>
    /// <param name="after">Whether it counts now, in the same order.</param>
    public static PairedChange Of(IReadOnlyList<bool> before, IReadOnlyList<bool> after) =>
        new(before.Zip(after).Count(p => p.First && !p.Second), before.Zip(after).Count(p => !p.First && p.Second), before.Count);

    private double Bound(int side)
    {
        if (Total == 0) return double.NaN;
        double n = Total + 2, lost = (Lost + 1) / n, gained = (Gained + 1) / n, change = gained - lost;
        return Math.Clamp(change + side * Z95 * Math.Sqrt((lost + gained - change * change) / n), -1, 1);
    }
}
