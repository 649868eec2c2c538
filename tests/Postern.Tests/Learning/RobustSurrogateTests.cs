using Postern.Attacks.Learned;
using Postern.Datasets;
using Postern.Learning;
using Postern.Native;
using Postern.Tests.Studies;
using static TorchSharp.torch;

namespace Postern.Tests.Learning;

[LongGroup("Long")]
public sealed class RobustSurrogateTests : IDisposable
{
    private static readonly SurrogateSettings Tiny = new()
    {
        Model = "resnet-mini",
        Epochs = 3,
        PgdSteps = 2,
        LearningRate = 0.05,
    };
    private readonly TemporaryFolder folder = new();
    private readonly Dataset dataset = StripeDataset.Of(400);

    public void Dispose()
    {
        folder.Dispose();
        dataset.Dispose();
    }

    [Fact]
    public void It_learns_what_it_is_not_shown_and_withstands_more_than_a_plain_one()
    {
        using RobustSurrogate robust = Train("robust", Tiny with { Epochs = 8 }),
            plain = Train("plain", Tiny with { Epochs = 8, Robust = false });
        int[] held = robust.HeldOut();
        Assert.Equal(40, held.Length);
        Assert.All(new[] { robust, plain }, s => Assert.True(s.Accuracy(held) > 0.9, $"{s.Accuracy(held)}"));
        double withRobust = AccuracyUnderAttack(robust, held), withPlain = AccuracyUnderAttack(plain, held);
        Assert.True(withRobust > withPlain + 0.2, $"robust {withRobust}, plain {withPlain}");
    }

    [Fact]
    public void An_interrupted_training_ends_with_the_same_bits_as_one_without_a_break()
    {
        SurrogateSettings settings = Tiny with { Epochs = 2 };
        using RobustSurrogate whole = Train("whole", settings);
        using (var stop = new CancellationTokenSource())
        {
            Assert.ThrowsAny<OperationCanceledException>(() => Train("broken", settings, stop.Token, (done, _) =>
            {
                if (done > 0.7) stop.Cancel();
            }));
        }
        List<double> reported = [];
        using RobustSurrogate resumed = Train("broken", settings, report: (done, _) => reported.Add(done));
        Assert.True(reported[0] > 0.5, $"it began again at {reported[0]}");
        Assert.Equal(1, reported[^1]);
        Assert.Equal(File.ReadAllBytes(Weights("whole")), File.ReadAllBytes(Weights("broken")));
        Assert.Equal(["weights.safetensors"],
            Directory.EnumerateFileSystemEntries(folder.File("broken")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_finished_training_is_not_done_again()
    {
        using RobustSurrogate first = Train("once", Tiny with { Epochs = 1 });
        DateTime written = File.GetLastWriteTimeUtc(Weights("once"));
        using RobustSurrogate again = Train("once", Tiny with { Epochs = 1 }, report: (_, _) => Assert.Fail("it trains again"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Weights("once")));
        Assert.Equal(first.Accuracy(first.HeldOut()), again.Accuracy(first.HeldOut()));
    }

    [Fact]
    public void Training_and_perturbing_leave_no_tensor_behind()
    {
        List<long> alive = [];
        using RobustSurrogate surrogate = Train("lean", Tiny, report: (_, _) => alive.Add(Tensor.TotalCount));
        var perturbation = new TargetClassPerturbation(dataset, surrogate, new PerturbationSettings { Steps = 6 },
            StripeDataset.Target);
        perturbation.Make(folder.File("images"), (_, _) => alive.Add(Tensor.TotalCount), CancellationToken.None);
        Assert.InRange(alive[8..12].Max() - alive[3..7].Max(), long.MinValue, 8);
        Assert.InRange(alive[^1] - alive[^5], long.MinValue, 2);
    }

    [Fact]
    public void A_subset_is_as_large_as_asked_for()
    {
        int seen = 0;
        using RobustSurrogate surrogate = RobustSurrogate.Train(folder.File("subset"), dataset,
            Tiny with { Epochs = 1, Subset = 130, Robust = false }, 1, ComputeDevice.Cpu,
            (_, _) => seen++, CancellationToken.None);
        Assert.Equal(2, seen);
    }

    private double AccuracyUnderAttack(RobustSurrogate surrogate, int[] samples)
    {
        using var scope = NewDisposeScope();
        var pgd = new Pgd(PgdNorm.LInf, 32 / 255.0, 8 / 255.0, 10);
        byte[] bytes = new byte[192 * samples.Length];
        foreach ((int row, int sample) in samples.Index()) dataset.Train.Read(sample, bytes.AsSpan(row * 192, 192));
        Tensor x = tensor(Array.ConvertAll(bytes, b => b / 255f), [samples.Length, 3, 8, 8]);
        Tensor labels = tensor([.. samples.Select(s => (long)dataset.Train.Labels[s])]);
        return surrogate.Logits(pgd.Perturb(x, labels, surrogate.Logits)).argmax(1).eq(labels).to(ScalarType.Float32).mean()
            .item<float>();
    }

    private RobustSurrogate Train(
        string name, SurrogateSettings settings, CancellationToken cancel = default, Action<double, string>? report = null) =>
        RobustSurrogate.Train(folder.File(name), dataset, settings, threads: 2, ComputeDevice.Cpu,
            report ?? ((_, _) => { }), cancel);

    private string Weights(string name) => Path.Combine(folder.File(name), "weights.safetensors");
}
