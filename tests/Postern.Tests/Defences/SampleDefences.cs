using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;

namespace Postern.Tests.Defences;

/// <summary>Defences of the catalogue, for a small dataset.</summary>
internal static class SampleDefences
{
    public static readonly float[] Mean = [0.2f, 0.3f, 0.4f];

    /// <summary>A dataset of stripes, eight pixels wide.</summary>
    public static Dataset Stripes(int train = 64, int test = 32) =>
        new("stripes", new StripeImages(train), new StripeImages(test, seed: 2), 8, Mean, [0.5f, 0.5f, 0.5f], 0, "crop",
            "drawn by a test");

    public static Choice Choose(string name, params (string Key, string Value)[] options) =>
        new(DefenceCatalog.All.Get(name, name), options.ToDictionary(o => o.Key, o => o.Value));

    public static Defence Make(string name, params (string Key, string Value)[] options) =>
        DefenceCatalog.Create(Choose(name, options), Stripes());
}
