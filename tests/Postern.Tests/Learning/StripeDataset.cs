using Postern.Datasets;

namespace Postern.Tests.Learning;

/// <summary>A dataset on which a tiny network is trained in a second.</summary>
internal static class StripeDataset
{
    public const int Target = 2;

    /// <summary><paramref name="count"/> training pictures of 8x8 pixels in four classes.</summary>
    public static Dataset Of(int count) =>
        new("stripes", new StripeImages(count), new StripeImages(40, seed: 2), 8, [0.3f, 0.3f, 0.3f], [0.25f, 0.25f, 0.25f],
            Target, "none", "drawn by a test");
}
