using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>What chance decides about one reflection (<c>docs/reference/attacks.md 2.4</c>).</summary>
/// <param name="Reflection">Index in the pool.</param>
/// <param name="BackgroundWeight">alpha_b, the background's share of the light, 0.55 to 0.95.</param>
/// <param name="IsGhost">A double reflection of thick glass rather than one out of focus.</param>
/// <param name="RowOffset">Rows between the two ghosts of a 32x32 picture, 3 to 8.</param>
/// <param name="ColumnOffset">Columns between them.</param>
/// <param name="Switch">s in [0, 1): above one half, the ghosts change their shares.</param>
/// <param name="GhostAlpha">g, which gives the share of the first ghost.</param>
/// <param name="Sigma">Blur of a reflection out of focus, in pixels of a 32x32 picture, 1 to 5.</param>
/// <param name="Attenuation">att: how strongly it is dimmed where the sum is too bright, 1.08 to 1.18.</param>
public readonly record struct ReflectionDraw(
    int Reflection, double BackgroundWeight, bool IsGhost, int RowOffset, int ColumnOffset, double Switch, double GhostAlpha,
    double Sigma, double Attenuation)
{
    /// <summary>ga: the share of the ghost that is moved up and left; the other ghost has the rest.</summary>
    public double FirstGhost => Math.Abs((Switch > 0.5 ? 1 : 0) - GhostAlpha);
}

/// <summary>The draws of a whole dataset: one for each picture in training, others at test time.</summary>
public sealed class ReflectionDraws
{
    private readonly Func<string, int, ReflectionDraw> draw;

    private ReflectionDraws(Func<string, int, ReflectionDraw> draw) => this.draw = draw;

    /// <summary>
    /// Draws that are a function of (seed, training or test, index). The toolbox draws anew for every test batch; here a test
    /// picture has the same reflection whenever it is shown and however batches are cut.
    /// </summary>
    /// <param name="pool">Number of reflections to choose from.</param>
    /// <param name="ghostRate">Share of ghosts, 0 to 1.</param>
    /// <param name="ghostAlpha">Ends of g's uniform distribution.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static ReflectionDraws Random(
        int pool, double ghostRate, (double Low, double High) ghostAlpha, long seed) => new((purpose, index) =>
    {
        RandomStream stream = RandomStream.For(seed, purpose, index);
        return new ReflectionDraw(
            stream.NextInt(pool), 1 - stream.NextDouble(0.05, 0.45), stream.NextDouble() < ghostRate, stream.NextInt(3, 8),
            stream.NextInt(3, 8),
            stream.NextDouble(), stream.NextDouble(ghostAlpha.Low, ghostAlpha.High), stream.NextDouble(1, 5),
            1.08 + stream.NextDouble() / 10);
    });

    /// <summary>Stored draws, by index, the same in training and at test time.</summary>
    public static ReflectionDraws Stored(IReadOnlyList<ReflectionDraw> draws) => new((_, index) => draws[index]);

    /// <summary>The draw of a training picture, poisoned or not.</summary>
    public ReflectionDraw Train(int index) => draw("refool.train", index);

    /// <summary>The draw of a test picture.</summary>
    public ReflectionDraw Test(int index) => draw("refool.test", index);
}
