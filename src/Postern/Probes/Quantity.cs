using System.Globalization;
using MathNet.Numerics.Distributions;
using Postern.Evaluation;

namespace Postern.Probes;

/// <summary>What kind of number a probe gives, which says how it is shown.</summary>
public enum ProbeUnit
{
    /// <summary>A number without a unit: a logit, a norm.</summary>
    Plain,
    /// <summary>A fraction of a whole, shown in percent.</summary>
    Share,
    /// <summary>A difference of two fractions, shown in percentage points with its sign.</summary>
    Change,
    /// <summary>A number of tokens.</summary>
    Tokens,
    /// <summary>A difference of two plain numbers, shown with its sign.</summary>
    Difference,
}

/// <summary>A number with its 95% interval.</summary>
/// <param name="Value">The number; NaN where there is none.</param>
/// <param name="Low">Lower end of the interval; NaN where there is none.</param>
/// <param name="High">Upper end of the interval; NaN where there is none.</param>
/// <param name="Unit">What kind of number.</param>
public sealed record Quantity(double Value, double Low, double High, ProbeUnit Unit)
{
    private const double Hundred = 100, UpperEnd = 0.975;

    /// <summary>Whether it has an interval.</summary>
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>A number without an interval.</summary>
    public static Quantity Of(double value, ProbeUnit unit = ProbeUnit.Plain) => new(value, double.NaN, double.NaN, unit);

    /// <summary>A share of pictures with its Wilson interval.</summary>
    public static Quantity Of(Proportion share) => new(share.Value, share.Low, share.High, ProbeUnit.Share);

    /// <summary>How a share of the same pictures changes.</summary>
    public static Quantity Of(PairedChange change) => new(change.Value, change.Low, change.High, ProbeUnit.Change);

    /// <summary>The mean of one number a picture, with the interval of Student's t over pictures.</summary>
    /// <param name="values">A number for each picture; those that are none are left out.</param>
    /// <param name="unit">Of what kind they are.</param>
    public static Quantity MeanOf(IEnumerable<double> values, ProbeUnit unit = ProbeUnit.Plain)
    {
        double[] given = [.. values.Where(double.IsFinite)];
        if (given.Length == 0) return Of(double.NaN, unit);
        double mean = given.Average();
        if (given.Length == 1) return Of(mean, unit);
        double spread = Math.Sqrt(given.Sum(v => (v - mean) * (v - mean)) / (given.Length - 1.0) / given.Length)
            * Quantile(given.Length - 1);
        return new Quantity(mean, mean - spread, mean + spread, unit);
    }

    /// <summary>Standard errors from the middle to the end of a 95% interval of Student's t.</summary>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    internal static double Quantile(int freedom) => StudentT.InvCDF(0, 1, freedom, UpperEnd);

    /// <summary>The number as people read it, with its interval where it has one: <c>-41.0 [-47.2, -34.1]</c>.</summary>
    public override string ToString() => !HasInterval ? Number(Value) : $"{Number(Value)} [{Number(Low)}, {Number(High)}]";

    /// <summary>A number of this kind as people read it; a dash for none.</summary>
    public string Number(double value) => Number(value, Unit);

    /// <summary>A number of a kind as people read it; a dash for none.</summary>
    public static string Number(double value, ProbeUnit unit) => !double.IsFinite(value) ? "–" : unit switch
    {
        ProbeUnit.Share => string.Create(CultureInfo.InvariantCulture, $"{Hundred * value:f2}"),
        ProbeUnit.Change => string.Create(CultureInfo.InvariantCulture, $"{Hundred * value:+0.0;-0.0;0.0}"),
        ProbeUnit.Tokens => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
        ProbeUnit.Difference => $"{(value > 0 ? "+" : "")}{value.ToString("G4", CultureInfo.InvariantCulture)}",
        _ => value.ToString("G4", CultureInfo.InvariantCulture),
    };

    /// <summary>The unit as it is named beside a number: <c>%</c>; empty where it has no name.</summary>
    public static string NameOf(ProbeUnit unit) => unit switch
    {
        ProbeUnit.Share => "%",
        ProbeUnit.Change => "points",
        ProbeUnit.Tokens => "tokens",
        _ => "",
    };
}
