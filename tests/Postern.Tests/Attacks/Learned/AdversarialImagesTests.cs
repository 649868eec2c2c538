using Postern.Attacks.Learned;
using Postern.Datasets;
using Postern.Learning;
using Postern.Native;
using Postern.Tests.Learning;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks.Learned;

public sealed class AdversarialImagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dataset dataset = StripeDataset.Of(480);

    public void Dispose()
    {
        folder.Dispose();
        dataset.Dispose();
    }

    [Theory]
    [InlineData(PgdNorm.LInf, 40, true)]
    [InlineData(PgdNorm.L2, 400, false)]
    [LongGroup("Long")]
    public void The_whole_target_class_misleads_the_surrogate_and_stays_in_the_ball(
        PgdNorm norm, double epsilon, bool randomStart)
    {
        using RobustSurrogate surrogate = Train();
        var settings = new PerturbationSettings
        {
            Norm = norm,
            Epsilon = epsilon,
            Steps = 10,
            StepSize = epsilon / 4,
            RandomStart = randomStart,
        };
        var perturbation = new TargetClassPerturbation(dataset, surrogate, settings, StripeDataset.Target);
        AdversarialImages images = perturbation.Make(folder.File("images"), (_, _) => { }, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 480).Where(i => i % 4 == StripeDataset.Target), images.Indices);
        byte[] clean = new byte[192];
        foreach (int index in images.Indices)
        {
            dataset.Train.Read(index, clean);
            double[] moved = [.. clean.Zip(images.Of(index).ToArray(), (c, a) => Math.Abs((double)a - c))];
            double distance = norm == PgdNorm.LInf ? moved.Max() : Math.Sqrt(moved.Sum(m => m * m));
            Assert.InRange(distance, 1, epsilon + 0.5 * (norm == PgdNorm.LInf ? 1 : Math.Sqrt(192)));
        }
        AcceptanceCheck[] checks = [.. perturbation.Check(images)];
        Assert.All(checks, c => Assert.True(c.Passed, $"{c.Name} is {c.Value}, limit {c.Limit}"));
        Assert.True(checks[0].Limit > 0.45, "the surrogate knows the clean pictures");
    }

    [Fact]
    public void An_interrupted_perturbation_ends_with_the_same_bits_as_one_without_a_break()
    {
        using RobustSurrogate surrogate = Train();
        var perturbation = new TargetClassPerturbation(dataset, surrogate, new PerturbationSettings { Steps = 3 },
            StripeDataset.Target);
        perturbation.Make(folder.File("whole"), (_, _) => { }, CancellationToken.None);
        using (var stop = new CancellationTokenSource())
        {
            Assert.ThrowsAny<OperationCanceledException>(() => perturbation.Make(folder.File("broken"), (done, _) =>
            {
                if (done > 0.6) stop.Cancel();
            }, stop.Token));
        }
        Assert.Single(Directory.GetFiles(folder.File("broken"), "progress*"));
        List<double> reported = [];
        perturbation.Make(folder.File("broken"), (done, _) => reported.Add(done), CancellationToken.None);
        Assert.True(reported.Min() >= 0.5, "the finished part was made again");
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.File("whole"), "images.safetensors")),
            File.ReadAllBytes(Path.Combine(folder.File("broken"), "images.safetensors")));
    }

    [Fact]
    public void Pictures_that_do_not_mislead_the_surrogate_are_not_accepted()
    {
        using RobustSurrogate surrogate = Train();
        var perturbation = new TargetClassPerturbation(dataset, surrogate, new PerturbationSettings { Epsilon = 0.5, Steps = 1 },
            StripeDataset.Target);
        AdversarialImages harmless = perturbation.Make(folder.File("harmless"), (_, _) => { }, CancellationToken.None);
        Assert.False(
            perturbation.Check(harmless).Single(c => c.Name == "accuracy of the surrogate on perturbed pictures").Passed);
    }

    [Fact]
    public void What_is_saved_is_loaded_and_a_damaged_file_is_told()
    {
        byte[] pixels = [.. Enumerable.Range(0, 2 * 3 * 16).Select(i => (byte)(i * 7))];
        new AdversarialImages(4, [3, 11], pixels).Save(folder.Path);
        AdversarialImages loaded = AdversarialImages.Load(folder.Path);
        Assert.Equal([3, 11], loaded.Indices);
        Assert.Equal(4, loaded.Size);
        Assert.Equal(pixels[48..], loaded.Of(11).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Of(4));
        string path = Path.Combine(folder.Path, "images.safetensors");
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^10]);
        Assert.StartsWith(path, Assert.Throws<InputException>(() => AdversarialImages.Load(folder.Path)).Message,
            StringComparison.Ordinal);
    }

    private RobustSurrogate Train() => RobustSurrogate.Train(folder.File("surrogate"), dataset,
        new SurrogateSettings { Model = "resnet-mini", Epochs = 2, Robust = false, LearningRate = 0.05 }, 1, ComputeDevice.Cpu,
        (_, _) => { },
        CancellationToken.None);
}
