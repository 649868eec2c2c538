using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Benchmarks;

/// <summary>
/// Planting each static attack's training trigger into all 50,000 CIFAR-10 pictures, on all threads: each picture is read,
/// widened to floats and changed, as a loader does. The floor reads and widens only.
/// </summary>
internal static class PoisonRows
{
    private const int Pictures = 50_000, Side = 32;

    /// <summary>Seconds that an attack may take for 50,000 pictures, and those that move or mix whole pictures.</summary>
    private const double Limit = 2, LargerLimit = 6;

    private static readonly string[] Larger = ["wanet", "refool"];

    /// <summary><c>poison-ATTACK</c> of every attack that needs no training of its own.</summary>
    public static IReadOnlyList<Work> Works { get; } =
        [.. AttackCatalog.All.Where(a => a.Plants && !a.Learned)
            .Select(a => new Work($"poison-{a.Name}", scale => Measure(a, scale)))];

    private static IReadOnlyList<ComparedRow> Measure(AttackEntry entry, Scale scale)
    {
        int pictures = scale.Pick(Pictures, Pictures / 5);
        using Dataset? dataset = scale.DataPath is null ? null : DatasetCatalog.OpenPath(scale.DataPath);
        ImageSet set = dataset?.Train ?? Noise(pictures);
        pictures = Math.Min(pictures, set.Count);
        Attack attack = AttackCatalog.Create(new Choice(entry), new DatasetTraits("signs", TargetClass: 0))!;
        double[] s = SideBySide.Medians(scale.Rounds, SideBySide.Side(() => Pass(set, pictures, attack)),
            SideBySide.Side(() => Pass(set, pictures, null)));
        double limit = (Larger.Contains(entry.Name) ? LargerLimit : Limit) * pictures / Pictures;
        return
        [
            new ComparedRow($"poison-{entry.Name}", "")
            {
                OursMs = 1e3 * s[0],
                FloorMs = 1e3 * s[1],
                Note =
                    FormattableString.Invariant(
                        $"{pictures} pictures of {(dataset is null ? "noise" : dataset.Name)}, {100 * s[0] / limit:f0} % of the {limit:0.#} s allowed"),
            },
        ];
    }

    private static void Pass(ImageSet set, int pictures, Attack? attack) => Parallel.For(0, pictures, () => new Buffers(set.Size),
        (i, _, buffers) =>
    {
        set.Read(i, buffers.Stored);
        for (int at = 0; at < buffers.Pixels.Length; at++) buffers.Pixels[at] = buffers.Stored[at] / 255f;
        attack?.ApplyTrain(new PlannedSample(i, IsCover: false, i, set.Count), buffers.Pixels, set.Size);
        return buffers;
    }, _ => { });

    private static MemoryImageSet Noise(int pictures)
    {
        byte[] pixels = new byte[pictures * 3 * Side * Side];
        RandomStream stream = RandomStream.For(0, "bench.noise");
        foreach (ref byte value in pixels.AsSpan()) value = (byte)stream.NextUInt64();
        return new MemoryImageSet(Side, pixels, new int[pictures], Cifar10.ClassNames);
    }

    private sealed class Buffers(int size)
    {
        public byte[] Stored { get; } = new byte[3 * size * size];

        public float[] Pixels { get; } = new float[3 * size * size];
    }
}
