using System.Diagnostics;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Bench;

/// <summary>
/// Time to plant each attack that needs no preparation into all of 50,000 training pictures of 32x32, all threads, each picture read as
/// bytes and made into floats: against the time of that reading alone, and the limit of 2 s (6 s for WaNet and Refool).
/// </summary>
internal static class PoisoningPace
{
    private const int Pictures = 50_000, Side = 32, Length = 3 * Side * Side, Rounds = 3;

    /// <summary>Prints a line an attack.</summary>
    /// <param name="data">A dataset of 32x32 pictures, or null for random bytes.</param>
    public static void Measure(string? data)
    {
        using Dataset? real = data is null ? null : DatasetCatalog.OpenPath(data);
        if (real is not null && real.Train.Size != Side) throw new InputException(data!, $"has pictures of {real.Train.Size} pixels, expected {Side}");
        byte[] noise = new byte[256 * Length];
        RandomStream stream = RandomStream.For(1, "bench");
        foreach (ref byte value in noise.AsSpan()) value = (byte)stream.NextInt(256);
        double reading = Seconds((_, _) => { });
        Console.WriteLine(FormattableString.Invariant($"{Pictures} pictures of {Side}x{Side}, {Environment.ProcessorCount} threads; reading alone {reading:f2} s"));
        foreach (AttackEntry entry in AttackCatalog.All.Where(a => a.Kind != "clean" && !a.Learned))
        {
            Attack attack = AttackCatalog.Create(new Choice(entry), datasetTargetClass: 0)!;
            double seconds = Seconds((index, pixels) => attack.ApplyTrain(new PlannedSample(index, false, index), pixels, Side));
            double limit = entry.Name is "wanet" or "refool" ? 6 : 2;
            Console.WriteLine(FormattableString.Invariant($"{entry.Name,-15} {seconds,6:f2} s, {seconds / reading,5:f1} times reading, {seconds / limit,5:p0} of the limit of {limit} s"));
        }

        double Seconds(Action<int, float[]> plant)
        {
            var times = new List<double>();
            for (int round = 0; round < Rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                Parallel.For(0, Pictures, () => (Bytes: new byte[Length], Pixels: new float[Length]), (i, _, scratch) =>
                {
                    if (real is null) noise.AsSpan(i % 256 * Length, Length).CopyTo(scratch.Bytes);
                    else real.Train.Read(i % real.Train.Count, scratch.Bytes);
                    for (int k = 0; k < Length; k++) scratch.Pixels[k] = scratch.Bytes[k] / 255f;
                    plant(i, scratch.Pixels);
                    return scratch;
                }, _ => { });
                times.Add(clock.Elapsed.TotalSeconds);
            }
            return times.Order().ElementAt(Rounds / 2);
        }
    }
}
