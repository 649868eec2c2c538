using System.Diagnostics;

namespace Postern.Bench;

/// <summary>Times two ways to the same result in turn, A B A B ..., so that a drifting machine slows both alike.</summary>
internal static class SideBySide
{
    /// <summary>Median seconds of each, after one warm-up of both.</summary>
    public static (double A, double B) Medians(int rounds, Action a, Action b)
    {
        a();
        b();
        double[] timesA = new double[rounds], timesB = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            timesA[i] = Time(a);
            timesB[i] = Time(b);
        }
        return (Median(timesA), Median(timesB));
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
    }
}
