using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>The random values of one reflection (<c>attacks.md</c> 2.4).</summary>
/// <param name="Index">Which picture of the pool is reflected.</param>
/// <param name="Transmission">alpha_b, the share of the picture behind the glass: 0.55 to 0.95.</param>
/// <param name="IsGhost">Two shifted copies (ghost) rather than one out of focus.</param>
/// <param name="Rows">Shift of the second copy in rows at 32 pixels: 3 to 8.</param>
/// <param name="Columns">The same in columns.</param>
/// <param name="GhostWeight">Share of the first copy, 0.25 to 0.75.</param>
/// <param name="Sigma">Blur of the picture out of focus, in pixels at 32: 1 to 5.</param>
/// <param name="Attenuation">How strongly light beyond white is taken back: 1.08 to 1.18.</param>
public readonly record struct ReflectionDraw(
    int Index, double Transmission, bool IsGhost, int Rows, int Columns, double GhostWeight, double Sigma, double Attenuation)
{
    /// <summary>Draws them in the order of the specification.</summary>
    /// <param name="stream">The picture's own stream.</param>
    /// <param name="pool">Pictures that may be reflected.</param>
    /// <param name="ghostRate">Share of ghosts; 1 in the toolbox.</param>
    internal static ReflectionDraw From(RandomStream stream, int pool, double ghostRate)
    {
        int index = stream.NextInt(pool);
        double transmission = 1 - stream.NextDouble(0.05, 0.45);
        bool ghost = stream.NextDouble() < ghostRate;
        int rows = 3 + stream.NextInt(6), columns = 3 + stream.NextInt(6);
        double weight = WeightOf(stream.NextDouble(), stream.NextDouble(0.5, 0.75));
        return new ReflectionDraw(index, transmission, ghost, rows, columns, weight, stream.NextDouble(1, 5), 1.08 + stream.NextDouble() / 10);
    }

    /// <summary>|k - g| with k = 1 where the switch is above one half: on either side of one half, but not near it.</summary>
    internal static double WeightOf(double toggle, double alpha) => Math.Abs((toggle > 0.5 ? 1 : 0) - alpha);
}
