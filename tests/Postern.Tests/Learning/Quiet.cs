using Postern.Datasets;
using Postern.Learning;

namespace Postern.Tests.Learning;

/// <summary>Contexts for tests of preparation; nobody hears of the progress but <paramref name="heard"/>.</summary>
internal sealed class Quiet(Action<string, double>? heard = null) : IPreparationProgress
{
    /// <summary>A context about a few striped pictures of 32 x 32 pixels.</summary>
    public static PreparationContext Context(string cache, Action<string, double>? heard = null,
        CancellationToken cancel = default, int threads = 1, int pictures = 80) =>
        new(Stripes(pictures), cache, threads, new Quiet(heard), cancel);

    public static Dataset Stripes(int pictures, int size = 32) => new(
        "cifar10", new StripeImages(pictures, size), new StripeImages(12, size, seed: 2), size, [0.4914f, 0.4822f, 0.4465f],
        [0.247f, 0.243f, 0.261f], 0, "flip-crop", "test");

    public void Report(string artifact, double fraction, string detail)
    {
        Assert.InRange(fraction, 0, 1);
        heard?.Invoke(artifact, fraction);
    }
}
