using System.Text.Json;
using Postern.Kernels;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Outside;

/// <summary>Weights written here load strictly into plain PyTorch models, which give the same logits.</summary>
[Trait("Category", "Outside")]
public class LogitsTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void Plain_PyTorch_models_load_the_weights_strictly_and_give_the_same_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        (string Arch, object Config, Backbone Model, int ImageSize)[] cases =
        [
            ("resnet18", new { widths = new[] { 8, 12, 16, 20 }, imagenet_stem = false, classes = 10 },
                new ResNet(new ResNetConfig([8, 12, 16, 20], false, 10)), 32),
            ("resnet18", new { widths = new[] { 8, 12, 16, 20 }, imagenet_stem = true, classes = 7 },
                new ResNet(new ResNetConfig([8, 12, 16, 20], true, 7)), 64),
            ("deit", new { image = 32, patch = 8, dim = 48, depth = 3, heads = 3, classes = 10 },
                new DeiT(new DeiTConfig(32, 8, 48, 3, 3, 10)), 32),
            ("mambaout", new { depths = new[] { 1, 2, 1, 1 }, dims = new[] { 8, 16, 32, 40 }, classes = 5 },
                new MambaOut(new MambaOutConfig([1, 2, 1, 1], [8, 16, 32, 40], 5)), 64),
            ("vim", new { image = 32, patch = 4, stride = 4, dim = 40, depth = 3, states = 16, classes = 10 },
                new Vim(new VimConfig(32, 4, 4, 40, 3, 16, 10)), 32),
            ("vim", new { image = 24, patch = 8, stride = 4, dim = 32, depth = 2, states = 8, classes = 4 },
                new Vim(new VimConfig(24, 8, 4, 32, 2, 8, 4)), 24),
        ];
        string folder = Directory.CreateTempSubdirectory("postern-outside-").FullName;
        try
        {
            List<object> jobs = [];
            List<Tensor> expected = [];
            foreach ((string arch, object config, Backbone model, int imageSize) in cases)
            {
                Tensor input = tensor(GoldenValues.Affine((ulong)jobs.Count, "input", 2 * 3 * imageSize * imageSize, 0, 1.5), 2,
                    3, imageSize, imageSize);
                Stir(model, jobs.Count);
                model.eval();
                using (no_grad()) expected.Add(model.forward(input));
                string weights = Path.Combine(folder, $"{jobs.Count}.pth");
                using (FileStream stream = File.Create(weights))
                    TorchFile.Write(stream, [.. model.state_dict(), KeyValuePair.Create("input", input)]);
                jobs.Add(new { arch, config, weights });
            }
            string list = Path.Combine(folder, "jobs.json");
            File.WriteAllText(list, JsonSerializer.Serialize(jobs));

            JsonElement found = PythonScript.Run("torch", "models.py", list);
            for (int i = 0; i < cases.Length; i++)
            {
                double[] logits =
                    [.. found[i].EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(v => v.GetDouble())];
                double error = GoldenValues.Error([.. expected[i].data<float>().Select(v => (double)v)], logits);
                Assert.True(error < Tolerance, $"{cases[i].Arch} {i}: error {error:g3}");
                TestContext.Current.TestOutputHelper?.WriteLine($"{cases[i].Arch} {i}: relative error {error:g3}");
            }
        }
        finally
        {
            foreach ((_, _, Backbone model, _) in cases) model.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Away from zeros, ones and rows that are all alike, so that a value put in a wrong place shows.
    private static void Stir(Backbone model, int seed)
    {
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in model.state_dict())
        {
            if (value.dtype != ScalarType.Float32) continue;
            double offset = name.EndsWith("running_var", StringComparison.Ordinal) ? 0.3 : 0;
            value.add_(tensor(GoldenValues.Affine(RandomStream.Fnv1a(name) + (ulong)seed, name, value.numel(), offset, 0.2),
                value.shape));
        }
    }
}
