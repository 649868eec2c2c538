using System.Diagnostics;
using System.Globalization;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Bench;

/// <summary>
/// Seconds to plant each static attack's training trigger into 50,000 CIFAR-10 pictures, all of them poisons, on all threads: each picture is
/// read, widened to floats and changed, as a loader does.
/// </summary>
internal static class PoisoningPace
{
    private const int Pictures = 50_000, Side = 32, Rounds = 3;
    private const double Limit = 2, LargerLimit = 6;

    /// <summary>Attacks that move or mix whole pictures; they may take longer.</summary>
    private static readonly string[] Larger = ["wanet", "refool"];

    /// <summary>Prints one line an attack: the best of three rounds after one to warm up.</summary>
    /// <param name="path">CIFAR-10 in any layout; null for noise in its place.</param>
    public static void Measure(string? path)
    {
        using Dataset? dataset = path is null ? null : DatasetCatalog.OpenPath(path);
        ImageSet set = dataset?.Train ?? Noise();
        Console.WriteLine($"{(path is null ? "noise" : "CIFAR-10")}, {set.Count} pictures of {set.Size}x{set.Size}, {Environment.ProcessorCount} threads");
        Console.WriteLine("attack            seconds   limit   share of it   pictures/s");
        foreach (AttackEntry entry in AttackCatalog.All.Where(a => a.Kind != "clean" && !a.Learned))
        {
            Attack attack = AttackCatalog.Create(new Choice(entry), datasetTargetClass: 0)!;
            Run(attack, set);
            double seconds = Enumerable.Range(0, Rounds).Min(_ => Run(attack, set)), limit = Larger.Contains(entry.Name) ? LargerLimit : Limit;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Name,-16}  {seconds,7:f2}   {limit,5:f0}   {seconds / limit,11:p0}   {set.Count / seconds,10:f0}"));
        }
    }

    private static double Run(Attack attack, ImageSet set)
    {
        var clock = Stopwatch.StartNew();
        Parallel.For(0, set.Count, () => new Buffers(set.Size), (i, _, buffers) =>
        {
            set.Read(i, buffers.Stored);
            for (int at = 0; at < buffers.Pixels.Length; at++) buffers.Pixels[at] = buffers.Stored[at] / 255f;
            attack.ApplyTrain(new PlannedSample(i, IsCover: false, i, set.Count), buffers.Pixels, set.Size);
            return buffers;
        }, _ => { });
        return clock.Elapsed.TotalSeconds;
    }

    private static MemoryImageSet Noise()
    {
        byte[] pixels = new byte[Pictures * 3 * Side * Side];
        RandomStream stream = RandomStream.For(0, "bench.noise");
        foreach (ref byte value in pixels.AsSpan()) value = (byte)stream.NextUInt64();
        return new MemoryImageSet(Side, pixels, new int[Pictures], Cifar10.ClassNames);
    }

    private sealed class Buffers(int size)
    {
        public byte[] Stored { get; } = new byte[3 * size * size];

        public float[] Pixels { get; } = new float[3 * size * size];
    }
}
