using System.Text.Json;
using Postern.Learning;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>
/// Compares projected gradient descent with the reference, on a small network whose weights come from the manifest's formula.
/// </summary>
[Trait("Category", "Golden")]
public class PgdGoldenTests
{
    // The manifest's rule for L-inf: rounding may flip the sign of a gradient near 0.
    private const double FarShare = 0.005;

    public static TheoryData<string> Manifests() => [.. GoldenFolder.Manifests(kind => kind is "pgd")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Manifests))]
    public void Perturbed_pictures_equal_the_reference(string manifest)
    {
        using var scope = NewDisposeScope();
        GoldenFile golden = GoldenFile.Open(manifest);
        JsonElement parameters = golden.Manifest.GetProperty("parameters");
        Dictionary<string, Tensor> state = parameters.GetProperty("net_state").EnumerateArray()
            .ToDictionary(e => e.GetProperty("name").GetString()!, HashedValues.Of);
        Tensor x = tensor(golden.Floats("x"), golden.Shape("x"));
        Tensor labels = tensor([.. parameters.GetProperty("labels").EnumerateArray().Select(l => l.GetInt64())]);
        foreach ((string name, PgdNorm norm) in new[] { ("linf", PgdNorm.LInf), ("l2", PgdNorm.L2) })
        {
            JsonElement settings = parameters.GetProperty(name);
            Assert.False(settings.GetProperty("random_start").GetBoolean(),
                "a golden cannot fix a random start without storing it");
            var pgd = new Pgd(norm, settings.GetProperty("eps").GetDouble(), settings.GetProperty("step").GetDouble(),
                settings.GetProperty("steps").GetInt32());
            float[] found = [.. pgd.Perturb(x, labels, Logits).data<float>()], expected = golden.Floats($"adv_{name}");
            double tolerance = golden.Manifest.GetProperty("absolute_tolerance").GetDouble();
            Assert.Equal(expected.Length, found.Length);
            double far = found.Zip(expected).Count(p => !(Math.Abs((double)p.First - p.Second) <= tolerance))
                / (double)found.Length;
            Assert.True(far <= (norm == PgdNorm.LInf ? FarShare : 0),
                $"{golden.Name}: {far:p3} of adv_{name} differ by more than {tolerance:g3}");
            TestContext.Current.SendDiagnosticMessage(
                $"{golden.Name}: {far:p3} of adv_{name} differ by more than {tolerance:g3}");
        }

        // The manifest's "net".
        Tensor Logits(Tensor pictures) => nn.functional.linear(
            nn.functional.conv2d(pictures, state["conv.weight"], state["conv.bias"], strides: [2, 2], padding: [1, 1])
                .tanh().flatten(1),
            state["fc.weight"], state["fc.bias"]);
    }
}
