using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native.Paths;
using Postern.Tests.Studies;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>
/// A ResNet in bf16, whose maps stay in oneDNN's layout, against its plain bf16 twin (which an observer calls for) and against
/// float32. Rounding to 8 significant bits moves a value by up to 2^-9 of itself, 0.11% in the mean; some sixty roundings in a
/// row, independent ones, move logits by sqrt(60) times that, 0.9% of their norm, and norms over a few small maps enlarge it to
/// two or three times as much.
/// </summary>
public class OneDnnLayoutTests
{
    private const float Rounding = 0.04f;

    private static ResNet Model(bool imageNetStem, Precision precision = Precision.BFloat16)
    {
        var model = new ResNet(new ResNetConfig([8, 16, 24, 32], imageNetStem, Classes: 10)) { Precision = precision };
        model.Initialise(3);
        return model;
    }

    private static Tensor Images(bool imageNetStem)
    {
        random.manual_seed(5);
        return imageNetStem ? randn(8, 3, 64, 64) : randn(8, 3, 20, 20);
    }

    private static float Off(Tensor expected, Tensor actual) => ((expected - actual).norm() / expected.norm()).item<float>();

    private static float Cosine(Tensor a, Tensor b) => ((a * b).sum() / (a.norm() * b.norm())).item<float>();

    private sealed record Pass(Tensor Logits, Tensor Gradient, Tensor ImageGradient, Tensor Means, Tensor Variances);

    private static Pass Train(bool imageNetStem, Precision precision, bool observed = false)
    {
        using ResNet model = Model(imageNetStem, precision);
        using IDisposable? tap = observed ? model.Taps.Watch((_, _) => { }) : null;
        model.train();
        Tensor images = Images(imageNetStem).requires_grad_();
        Tensor logits = model.forward(images);
        nn.functional.cross_entropy(logits, arange(8)).backward();
        Assert.All(model.parameters(), p => Assert.Equal(ScalarType.Float32, p.grad!.dtype));
        (string name, Tensor buffer)[] statistics = [.. model.named_buffers().Where(b => b.buffer.is_floating_point())];
        Assert.All(statistics, b => Assert.Equal(ScalarType.Float32, b.buffer.dtype));
        return new Pass(
            logits.detach(), All(model.parameters().Select(p => p.grad!)), images.grad!,
            All(statistics.Where(b => b.name.EndsWith("mean", StringComparison.Ordinal)).Select(b => b.buffer)),
            All(statistics.Where(b => b.name.EndsWith("var", StringComparison.Ordinal)).Select(b => b.buffer)));

        static Tensor All(IEnumerable<Tensor> tensors) => cat([.. tensors.Select(t => t.flatten())]).clone();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_follows_the_plain_twin_and_float32_and_updates_float32_statistics(bool imageNetStem)
    {
        Assert.SkipUnless(OneDnnLayout.InUse, "the processor has no bf16 products");
        using DisposeScope scope = NewDisposeScope();
        Pass exact = Train(imageNetStem, Precision.Float32), blocked = Train(imageNetStem, Precision.BFloat16);
        Pass plain = Train(imageNetStem, Precision.BFloat16, observed: true);
        Assert.InRange(Off(exact.Logits, blocked.Logits), 1e-4f, Rounding);
        Assert.True(Off(exact.Means, blocked.Means) < 0.25f * Rounding);
        Assert.True(Off(exact.Variances, blocked.Variances) < 0.1f * Rounding);
        // Batch norm divides by the deviation of eight pictures of noise, which enlarges rounding, and ReLU switches where a sign
        // turns.
        Assert.True(Cosine(exact.Gradient, blocked.Gradient) > 0.9f);
        Assert.True(Cosine(exact.ImageGradient, blocked.ImageGradient) > 0.9f);
        // The twins round the same values at the same places. Float32 sums in another order, which the number of threads and the
        // processor decide, turn a rounding now and then, which the layers above enlarge; twins that rounded for themselves would
        // be sqrt(2) times as far apart as each is from float32.
        Assert.True(Off(plain.Logits, blocked.Logits) < 0.5f * Rounding,
            $"twins' logits are {Off(plain.Logits, blocked.Logits):g3} apart");
        float apart = Off(plain.Gradient, blocked.Gradient), rounded = Off(exact.Gradient, plain.Gradient);
        Assert.True(apart > 0 && apart < rounded,
            $"twins' gradients are {apart:g3} apart, and {rounded:g3} from float32");
        Assert.True(Off(plain.Means, blocked.Means) < 0.25f * Rounding);
        Assert.True(Off(plain.Variances, blocked.Variances) < 0.1f * Rounding);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [LongGroup("Long")]
    public void Evaluation_rounds_alone_and_gives_gradients_of_pictures_where_they_are_asked_for(bool imageNetStem)
    {
        using DisposeScope scope = NewDisposeScope();
        using ResNet model = Model(imageNetStem);
        Tensor images = Images(imageNetStem);
        for (int i = 0; i < 20; i++) model.forward(images);
        model.eval();
        Tensor inBfloat16 = Logits(), kept = GradientOfImages();
        model.Precision = Precision.Float32;
        Assert.InRange(Off(Logits(), inBfloat16), 1e-4f, Rounding);
        Assert.True(Cosine(GradientOfImages(), kept) > 0.9f);

        Tensor Logits()
        {
            using IDisposable unrecorded = no_grad();
            return model.forward(images);
        }

        Tensor GradientOfImages()
        {
            Tensor variable = images.clone().requires_grad_();
            return autograd.grad([nn.functional.cross_entropy(model.forward(variable), arange(8))], [variable])[0];
        }
    }

    [Fact]
    [LongGroup("Long")]
    public void Weights_trained_in_bf16_are_float32_on_disk_and_serve_a_float32_network()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ResNet model = Model(imageNetStem: false), other = Model(imageNetStem: false, Precision.Float32);
        Tensor images = Images(imageNetStem: false);
        var settings = new TrainingSettings
        {
            Epochs = 1,
            BatchSize = 8,
            LearningRate = 1e-3,
            Schedule = new CosineSchedule(1e-3, 1e-5, 1e-5, 0, 1),
        };
        using (var trainer = new Trainer(model, settings, seed: 0))
        using (var batch = new Batch(images.clone(), arange(8), [.. Enumerable.Range(0, 8)]))
        {
            for (int i = 0; i < 20; i++) trainer.RunStep(batch, 1e-3);
        }
        string path = folder.File("trained.safetensors");
        using (FileStream stream = File.Create(path)) SafeTensors.Write(stream, model.state_dict());
        using Checkpoint stored = Checkpoint.Open(path);
        Assert.All(stored.Weights.Values.Where(w => w.is_floating_point()), w => Assert.Equal(ScalarType.Float32, w.dtype));
        other.load_state_dict(stored.Weights.ToDictionary());
        model.eval();
        other.eval();
        using IDisposable unrecorded = no_grad();
        Assert.True(Off(other.forward(images), model.forward(images)) < Rounding);
    }

    [Fact]
    public void An_observer_sees_float32_and_the_layers_of_a_float32_network()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> seen = Seen(Precision.BFloat16), expected = Seen(Precision.Float32);
        Assert.Equal(expected.Keys, seen.Keys);
        Assert.All(seen, s =>
        {
            Assert.Equal(ScalarType.Float32, s.Value.dtype);
            // The last maps are 2x2: norms over 32 values, seen before the mean over places takes half of the rounding away. On
            // some processors the farthest layer lies just over, on others just under, what bounds the logits.
            float off = Off(expected[s.Key], s.Value);
            Assert.True(off < 1.5f * Rounding, $"{s.Key}: {off}");
        });

        static Dictionary<string, Tensor> Seen(Precision precision)
        {
            using ResNet model = Model(imageNetStem: true, precision);
            var seen = new Dictionary<string, Tensor>();
            using IDisposable tap = model.Taps.Watch((name, value) => seen[name] = value.detach().clone());
            model.forward(Images(imageNetStem: true));
            return seen;
        }
    }
}
