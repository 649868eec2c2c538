using System.Globalization;

namespace Postern.Reports.Charts;

/// <summary>A linear axis, or a logarithmic one.</summary>
/// <param name="Min">Value at its start.</param>
/// <param name="Max">Value at its end, larger than <paramref name="Min"/>.</param>
/// <param name="Ticks">Values that get a line and a number.</param>
/// <param name="Name">What it measures.</param>
internal sealed record ChartAxis(double Min, double Max, IReadOnlyList<double> Ticks, string Name)
{
    private const double LogFrom = 20, ClosestTicks = 0.1;

    /// <summary>
    /// Whether equal ratios, rather than equal differences, are equally far apart; <see cref="Min"/> is above 0 then.
    /// </summary>
    public bool Log { get; init; }

    /// <summary>Percent from 0 to 100.</summary>
    public static ChartAxis Percent(string name) => new(0, 100, [0, 25, 50, 75, 100], name);

    /// <summary>From 0 to the round number at or above <paramref name="largest"/>.</summary>
    public static ChartAxis UpTo(double largest, string name)
    {
        double max = largest > 0 && double.IsFinite(largest) ? largest : 1, step = Step(max, mostTicks: 6);
        int steps = (int)Math.Ceiling(max / step - 1e-9);
        return new ChartAxis(0, steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => i * step)], name);
    }

    /// <summary>
    /// The round numbers around all values from <paramref name="least"/> to <paramref name="largest"/>; from 0 on where none is
    /// below it.
    /// </summary>
    public static ChartAxis Around(double least, double largest, string name)
    {
        if (least >= 0 || !double.IsFinite(largest - least)) return UpTo(largest, name);
        double step = Step(Math.Max(largest, 0) - least, mostTicks: 6);
        int from = (int)Math.Floor(least / step + 1e-9), to = (int)Math.Ceiling(Math.Max(largest, 0) / step - 1e-9);
        return new ChartAxis(from * step, to * step, [.. Enumerable.Range(from, to - from + 1).Select(i => i * step)], name);
    }

    /// <summary>From the least to the largest of some values, with round numbers as ticks.</summary>
    public static ChartAxis Within(IReadOnlyCollection<double> values, string name)
    {
        (double from, double to) = (values.Min(), values.Max());
        if (from == to) return new ChartAxis(from - 1, to + 1, [from], name);
        double step = Step(to - from, mostTicks: 9);
        int first = (int)Math.Ceiling(from / step - 1e-9), last = (int)Math.Floor(to / step + 1e-9);
        return new ChartAxis(from, to, [.. Enumerable.Range(first, last - first + 1).Select(i => i * step)], name);
    }

    /// <summary>Epochs 1 to <paramref name="last"/>, with whole numbers as ticks.</summary>
    public static ChartAxis Epochs(int last)
    {
        int step = (int)Math.Max(1, Step(last, mostTicks: 10));
        IEnumerable<double> ticks = Enumerable.Range(1, last).Where(e => step == 1 || e % step == 0).Select(e => (double)e);
        return new ChartAxis(last == 1 ? 0 : 1, last == 1 ? 2 : last, [.. ticks], "epoch");
    }

    /// <summary>
    /// The values that were tried, each with a tick where there is room; logarithmic where they span more than a factor of 20.
    /// </summary>
    /// <param name="values">At least two different finite ones.</param>
    /// <param name="name">What they are.</param>
    public static ChartAxis Over(IEnumerable<double> values, string name)
    {
        double[] sorted = [.. values.Distinct().Order()];
        var axis = new ChartAxis(sorted[0], sorted[^1], [], name) { Log = sorted[0] > 0 && sorted[^1] / sorted[0] >= LogFrom };
        var ticks = new List<double>();
        foreach (double value in sorted)
            if (ticks.Count == 0 || axis.At(value) - axis.At(ticks[^1]) >= ClosestTicks) ticks.Add(value);
        return axis with { Ticks = ticks };
    }

    /// <summary>Where <paramref name="value"/> lies, 0 at the start and 1 at the end.</summary>
    public double At(double value) => Log ? Math.Log(value / Min) / Math.Log(Max / Min) : (value - Min) / (Max - Min);

    /// <summary>A tick's number.</summary>
    public static string Label(double tick) => tick.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>
    /// 1, 2 or 5 times a power of ten, so that no more than <paramref name="mostTicks"/> reach <paramref name="range"/>.
    /// </summary>
    private static double Step(double range, int mostTicks)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(range)) - 1);
        while (true)
        {
            foreach (double factor in new[] { 1.0, 2, 5 })
                if (range / (factor * power) <= mostTicks) return factor * power;
            power *= 10;
        }
    }
}
