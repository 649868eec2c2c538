using System.Globalization;

namespace Postern.Benchmarks;

/// <summary>Where the time of a step goes, operation by operation, the longest first.</summary>
internal static class OperationTable
{
    private const int MostRows = 24;
    private const double LeastSeconds = 2;

    /// <summary>Runs <paramref name="step"/> for two seconds and prints the table to standard output.</summary>
    /// <param name="title">Whose step it is.</param>
    /// <param name="step">Gives the seconds of one run.</param>
    /// <exception cref="InputException">This libtorch has no hooks that are known.</exception>
    public static void Print(string title, Func<double> step)
    {
        step();
        int steps = 0;
        double seconds = 0;
        IReadOnlyList<OperationTime> all;
        using (new OperationTimes())
        {
            for (; seconds < LeastSeconds; steps++) seconds += step();
            all = OperationTimes.Read();
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n{title}: {1e3 * seconds / steps:f1} ms a step, hooks included; mean of {steps}"));
        Line("operation", "pass", "calls", "ms", "share");
        foreach (OperationTime o in all.Take(MostRows))
            Line(o.Name, o.IsBackward ? "backward" : "forward", Number((double)o.Count / steps, "0.#"), o.Seconds);
        if (all.Count > MostRows)
            Line($"{all.Count - MostRows} others", "", "", all.Skip(MostRows).Sum(o => o.Seconds));
        Line("outside of operations", "", "", seconds - all.Sum(o => o.Seconds));

        void Line(string name, string pass, string calls, object time, string? share = null)
        {
            string milliseconds = time is double s ? Number(1e3 * s / steps, "f2") : $"{time}";
            share ??= Number(100 * (double)time / seconds, "f1") + " %";
            Console.WriteLine($"  {name,-46} {pass,-8} {calls,8} {milliseconds,10} {share,8}");
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
