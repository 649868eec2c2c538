using System.Diagnostics;

namespace Postern.Benchmarks;

/// <summary>Times several ways to a result in turn, A B C A B C ..., so that a drifting machine slows all alike.</summary>
internal static class SideBySide
{
    /// <summary>Readings that a run takes at least for one to be enough.</summary>
    private const int LongRun = 3;

    /// <summary>Median seconds of each side, after one round to warm up; a side gives the seconds that it counts.</summary>
    public static double[] Medians(int rounds, params IReadOnlyList<Func<double>> sides)
    {
        foreach (Func<double> side in sides) side();
        double[][] times = [.. sides.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
            for (int side = 0; side < sides.Count; side++) times[side][round] = sides[side]();
        return [.. times.Select(Median)];
    }

    /// <summary>Wall seconds of <paramref name="action"/>.</summary>
    public static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>A side of short runs as the median of those that some time holds, after one that does not count: the first ones
    /// after a pause find cold caches, memory that went back to the system, sleeping threads and a runtime that recompiles. Of
    /// runs several times as long one is enough.</summary>
    /// <param name="side">One run.</param>
    /// <param name="least">Seconds that a reading takes at least.</param>
    public static Func<double> Steady(Func<double> side, double least = Scale.FullReading) => () =>
    {
        double first = side();
        if (!(first < LongRun * least)) return first;
        List<double> times = [];
        do times.Add(side());
        while (times.Sum() < least); // not a number, of a side that is missing, ends it, too
        return Median([.. times]);
    };

    /// <summary>A side whose whole run counts.</summary>
    public static Func<double> Side(Action action) => () => Time(action);

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
    }
}
