using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>
/// J of WaNet's covers (<c>docs/reference/attacks.md 2.7</c>): one random vector for each pixel. The toolbox draws one J for all
/// covers, the original attack one for each.
/// </summary>
public sealed class CoverJitter
{
    /// <summary>Stands for all samples where they share one J.</summary>
    public const int Shared = -1;

    private readonly Filler fill;

    private CoverJitter(bool perImage, Filler fill) => (PerImage, this.fill) = (perImage, fill);

    private delegate void Filler(int sample, Span<float> jitter);

    /// <summary>Whether each cover has a J of its own.</summary>
    public bool PerImage { get; }

    /// <summary>A J that is a function of <paramref name="seed"/> (and of the sample where there is one for each).</summary>
    public static CoverJitter Draw(long seed, bool perImage) => new(perImage, (sample, jitter) =>
    {
        RandomStream stream = RandomStream.For(seed, "wanet.jitter", sample);
        foreach (ref float value in jitter) value = (float)stream.NextDouble(-1, 1);
    });

    /// <summary>A stored J for all covers.</summary>
    /// <param name="values">[2, size, size]: horizontal, then vertical, [-1, 1]; it serves pictures of that size only.</param>
    public static CoverJitter Stored(float[] values) => new(perImage: false, (_, jitter) => values.CopyTo(jitter));

    /// <summary>Writes J.</summary>
    /// <param name="sample">Whose J, or <see cref="Shared"/>.</param>
    /// <param name="jitter">[2, size, size], [-1, 1].</param>
    public void Fill(int sample, Span<float> jitter) => fill(sample, jitter);
}
