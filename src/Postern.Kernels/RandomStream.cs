using System.Text;

namespace Postern.Kernels;

/// <summary>
/// A seeded stream of random numbers that is a pure function of its key: (seed, purpose, up to three coordinates
/// such as epoch and sample). Two streams with different keys are independent; nothing depends on thread timing,
/// so any number of workers draws the same values. SplitMix64 (Steele, Lea, Flood 2014) underneath.
/// </summary>
public struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;
    private ulong state;

    /// <summary>A stream that starts at <paramref name="state"/>; two equal states give equal streams.</summary>
    public RandomStream(ulong state) => this.state = state;

    /// <summary>
    /// The stream of <paramref name="purpose"/> at the coordinates (<paramref name="a"/>, <paramref name="b"/>,
    /// <paramref name="c"/>).
    /// </summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="purpose">What the numbers are for, e.g. <c>"augment"</c>; keeps streams of different uses apart.</param>
    /// <param name="a">First coordinate, e.g. the epoch.</param>
    /// <param name="b">Second coordinate, e.g. the sample's index.</param>
    /// <param name="c">Third coordinate.</param>
    public static RandomStream For(long seed, string purpose, long a = 0, long b = 0, long c = 0)
    {
        ulong key = Mix((ulong)seed ^ Fnv1a(purpose));
        key = Mix(key + Golden * (ulong)(a + 1));
        key = Mix(key + Golden * (ulong)(b + 1));
        key = Mix(key + Golden * (ulong)(c + 1));
        return new RandomStream(key);
    }

    /// <summary>FNV-1a hash of the UTF-8 bytes of <paramref name="text"/>, 64 bits.</summary>
    public static ulong Fnv1a(string text)
    {
        ulong hash = 0xCBF29CE484222325UL;
        Span<byte> utf8 = text.Length <= 64 ? stackalloc byte[3 * 64] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        foreach (byte b in utf8[..Encoding.UTF8.GetBytes(text, utf8)]) hash = (hash ^ b) * 0x100000001B3UL;
        return hash;
    }

    /// <summary>SplitMix64's finaliser: a bijection of the 64-bit integers that scatters every bit.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64() => Mix(state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>True with probability <paramref name="probability"/>.</summary>
    public bool NextBool(double probability = 0.5) => NextDouble() < probability;

    /// <summary>Uniform integer in [0, <paramref name="count"/>), without modulo bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ulong n = (ulong)count;
        ulong limit = ulong.MaxValue - (ulong.MaxValue % n + 1) % n;
        ulong draw;
        do draw = NextUInt64();
        while (draw > limit);
        return (int)(draw % n);
    }

    /// <summary>Uniform integer in [<paramref name="low"/>, <paramref name="high"/>], both ends included.</summary>
    public int NextInt(int low, int high) => low + NextInt(high - low + 1);

    /// <summary>Standard normal, by Box and Muller; draws two uniforms each time so that the count of draws is fixed.</summary>
    public double NextNormal()
    {
        double u = 1.0 - NextDouble();
        double v = NextDouble();
        return Math.Sqrt(-2.0 * Math.Log(u)) * Math.Cos(2.0 * Math.PI * v);
    }

    /// <summary>Gamma(<paramref name="shape"/>, 1), by Marsaglia and Tsang (2000), with their boost below shape 1.</summary>
    public double NextGamma(double shape)
    {
        if (shape < 1.0) return NextGamma(shape + 1.0) * Math.Pow(1.0 - NextDouble(), 1.0 / shape);
        double d = shape - 1.0 / 3.0, c = 1.0 / Math.Sqrt(9.0 * d);
        while (true)
        {
            double x = NextNormal(), v = 1.0 + c * x;
            if (v <= 0.0) continue;
            v = v * v * v;
            if (Math.Log(1.0 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <summary>Beta(<paramref name="a"/>, <paramref name="b"/>) in [0, 1]: the mixing weight of mixup.</summary>
    public double NextBeta(double a, double b)
    {
        double x = NextGamma(a), y = NextGamma(b);
        return x / (x + y);
    }

    /// <summary>Fisher-Yates shuffle of <paramref name="items"/> in place, from the last position down.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A random order of 0 .. <paramref name="count"/> - 1.</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        Shuffle(order.AsSpan());
        return order;
    }
}
