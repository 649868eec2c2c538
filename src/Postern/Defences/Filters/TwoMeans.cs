using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>The best of many 2-means partitions of some points (Lloyd's iterations from k-means++ starts).</summary>
/// <param name="InSmaller">[n], whether a point is in the smaller cluster; at equal sizes, in the one without the
/// first point.</param>
/// <param name="Inertia">Sum of the squared distances to the own centre.</param>
internal sealed record TwoMeans(IReadOnlyList<bool> InSmaller, double Inertia)
{
    private const int Rounds = 300;

    /// <summary>Share of the smaller cluster.</summary>
    public double Share => InSmaller.Count(s => s) / (double)InSmaller.Count;

    /// <summary>Partitions the rows of <paramref name="points"/>, at least two.</summary>
    /// <param name="points">[n, d], float64.</param>
    /// <param name="restarts">How many starts.</param>
    /// <param name="stream">Draws the starts.</param>
    public static TwoMeans Of(Tensor points, int restarts, RandomStream stream)
    {
        (int n, int d) = ((int)points.shape[0], (int)points.shape[1]);
        double[] x = points.contiguous().data<double>().ToArray();
        bool[] best = [];
        double lowest = double.PositiveInfinity;
        for (int restart = 0; restart < restarts; restart++)
        {
            (bool[] second, double inertia) = Lloyd(x, n, d, ref stream);
            if (inertia < lowest) (best, lowest) = (second, inertia);
        }
        int count = best.Count(s => s);
        bool isSmaller = count * 2 < n || (count * 2 == n && !best[0]);
        return new TwoMeans(isSmaller ? best : [.. best.Select(s => !s)], lowest);
    }

    /// <summary>
    /// The mean over points of (b - a) / max(a, b), a the mean distance to the own cluster, b to the other; 0 where a cluster has
    /// one point.
    /// </summary>
    public double Silhouette(Tensor points)
    {
        using DisposeScope scope = NewDisposeScope();
        double[,] distances = new double[InSmaller.Count, InSmaller.Count];
        double[] flat = cdist(points, points).data<double>().ToArray();
        Buffer.BlockCopy(flat, 0, distances, 0, flat.Length * sizeof(double));
        int small = InSmaller.Count(s => s), large = InSmaller.Count - small;
        double sum = 0;
        for (int i = 0; i < InSmaller.Count; i++)
        {
            double own = 0, other = 0;
            for (int j = 0; j < InSmaller.Count; j++)
            {
                if (InSmaller[j] == InSmaller[i]) own += distances[i, j];
                else other += distances[i, j];
            }
            int mine = InSmaller[i] ? small : large, theirs = InSmaller.Count - mine;
            if (mine == 1) continue;
            (own, other) = (own / (mine - 1), other / theirs);
            sum += (other - own) / Math.Max(own, other);
        }
        return sum / InSmaller.Count;
    }

    private static (bool[] Second, double Inertia) Lloyd(double[] x, int n, int d, ref RandomStream stream)
    {
        double[][] centres = Start(x, n, d, ref stream);
        bool[] second = new bool[n];
        double inertia = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            double total = 0;
            bool moved = round == 0;
            for (int i = 0; i < n; i++)
            {
                double a = Distance(x, i, d, centres[0]), b = Distance(x, i, d, centres[1]);
                moved |= second[i] != b < a;
                second[i] = b < a;
                total += Math.Min(a, b);
            }
            inertia = total;
            if (!moved) break;
            centres = [Mean(x, second, d, false) ?? centres[0], Mean(x, second, d, true) ?? centres[1]];
        }
        return (second, inertia);
    }

    /// <summary>k-means++: the second centre is drawn by squared distance from the first.</summary>
    private static double[][] Start(double[] x, int n, int d, ref RandomStream stream)
    {
        double[] first = x.AsSpan(stream.NextInt(n) * d, d).ToArray();
        double[] distances = [.. Enumerable.Range(0, n).Select(i => Distance(x, i, d, first))];
        double left = stream.NextDouble() * distances.Sum();
        int chosen = 0;
        while (chosen < n - 1 && (left -= distances[chosen]) > 0) chosen++;
        return [first, x.AsSpan(chosen * d, d).ToArray()];
    }

    private static double Distance(double[] x, int row, int d, double[] centre)
    {
        double sum = 0;
        for (int k = 0; k < d; k++)
        {
            double difference = x[row * d + k] - centre[k];
            sum += difference * difference;
        }
        return sum;
    }

    private static double[]? Mean(double[] x, bool[] second, int d, bool which)
    {
        double[] mean = new double[d];
        int count = 0;
        for (int i = 0; i < second.Length; i++)
        {
            if (second[i] != which) continue;
            count++;
            for (int k = 0; k < d; k++) mean[k] += x[i * d + k];
        }
        if (count == 0) return null;
        for (int k = 0; k < d; k++) mean[k] /= count;
        return mean;
    }
}
