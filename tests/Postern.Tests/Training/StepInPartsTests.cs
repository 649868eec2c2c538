using System.Runtime.InteropServices;
using Postern.Models;
using Postern.Native;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

/// <summary>A step that a card has no memory for is done in parts, with the same result; the card is pretended.</summary>
public class StepInPartsTests
{
    private const string Full = "CUDA out of memory. Tried to allocate 2.00 GiB.";

    private static readonly float[] Half = [0.5f, 0.5f, 0.5f];

    private static readonly TrainingSettings Settings = new()
    {
        Epochs = 2,
        BatchSize = 16,
        LearningRate = 0.005,
        WeightDecay = 0.01,
        MixupAlpha = 0.3,
        CutmixAlpha = 1,
        LabelSmoothing = 0.1,
        EmaDecay = 0.9,
        Schedule = new CosineSchedule(0.005, 1e-5, 1e-5, 0.5, 2),
    };

    // The last step of an epoch has 8 pictures.
    private static BatchLoader Loader => new(new StripeImages(40), Half, Half, 8, Augmentations.FlipCrop, null, 16, 1);

    private static Backbone Model(string kind) => kind switch
    {
        "vim" => new Vim(new VimConfig(8, 4, 4, EmbedDim: 16, Depth: 3, StateSize: 4, Classes: 4, DropPath: 0.3)),
        "deit" => new DeiT(new DeiTConfig(8, 4, EmbedDim: 16, Depth: 2, Heads: 2, Classes: 4, DropPath: 0.3)),
        "mambaout" => new MambaOut(new MambaOutConfig([1, 1], [8, 12], Classes: 4, DropPath: 0.3, StemStride: 1)),
        _ => new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4)),
    };

    [Theory]
    [InlineData("vim", 9, new[] { 2 })]
    [InlineData("deit", 5, new[] { 2, 4 })]
    [InlineData("mambaout", 1, new[] { 2, 4, 8, 16 })]
    public void The_update_is_that_of_the_whole_step(string kind, int fitting, int[] parts)
    {
        (float[] whole, List<int> none, double loss) = Train(kind, int.MaxValue);
        Assert.Empty(none);
        (float[] divided, List<int> told, double again) = Train(kind, fitting);
        Assert.Equal(parts, told);
        Assert.Equal(loss, again, 1e-5);
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], divided[i], 2e-4);
    }

    [Fact]
    public void A_network_that_normalises_over_the_batch_stops_and_says_why_and_what_to_do()
    {
        string message = Assert.Throws<InputException>(() => Train("resnet", fitting: 8)).Message;
        Assert.Equal(
            "card: its memory does not hold a step of 16 pictures, and the network normalises over the batch, so that a step in "
            + "parts is another; lower batch_size, which is another training, or take a larger card", message);
    }

    [Fact]
    public void Where_not_even_one_picture_has_memory_it_stops()
    {
        string message = Assert.Throws<InputException>(() => Train("deit", fitting: 0)).Message;
        Assert.Contains("picture by picture already; lower batch_size", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_error_is_not_taken_for_want_of_memory()
    {
        Assert.False(CardMemory.IsFull(
            new ExternalException("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")));
        Assert.False(CardMemory.IsFull(new InvalidOperationException(Full)));
        Assert.True(
            CardMemory.IsFull(new InputException("CUDA driver", "cuLaunchKernel answered CUDA_ERROR_OUT_OF_MEMORY (2); cure")));
    }

    [Fact]
    public void What_cannot_be_done_in_parts_ends_with_a_line_that_says_what_to_do()
    {
        string said = CardMemory.Explain(new ExternalException($"{Full}\nat some address"));
        Assert.StartsWith("card: its memory", said, StringComparison.Ordinal);
        Assert.EndsWith("--set device=cpu", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
        Assert.Equal("another", CardMemory.Explain(new ExternalException("another")));
        Assert.EndsWith(Full, CardMemory.Explain(new InputException("step", Full)), StringComparison.Ordinal);
    }

    /// <summary>Memory may also run out in a backward pass, when some gradients have been added already.</summary>
    [Fact]
    public void Nothing_of_a_step_that_failed_stays_in_the_gradients()
    {
        float[] whole = Line(failing: 0), again = Line(failing: 2);
        for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], again[i], 1e-6);
    }

    [Fact]
    public void In_the_middle_of_an_update_of_several_batches_it_stops() =>
        Assert.Contains("gradients of earlier batches",
            Assert.Throws<InputException>(() => Line(failing: 2, accumulate: 2)).Message,
            StringComparison.Ordinal);

    private static (float[] Weights, List<int> Told, double Loss) Train(string kind, int fitting)
    {
        using Backbone model = Model(kind);
        model.Initialise(3);
        var told = new List<int>();
        using IDisposable card = model.Taps.Watch((_, value) =>
        {
            if (value.shape[0] > fitting) throw new ExternalException(Full);
        });
        using var trainer = new Trainer(model, Settings, seed: 3) { Divided = told.Add };
        double loss = 0;
        while (trainer.Epoch < Settings.Epochs) loss = trainer.RunEpoch(Loader).Loss;
        Assert.Equal(0, model.FirstOfStep);
        return ([.. model.state_dict().Values.SelectMany(v => v.to_type(ScalarType.Float32).data<float>())], told, loss);
    }

    /// <summary>A line's weights after two steps of four pictures; the loss of some number fails in its second part.</summary>
    private static float[] Line(int failing, int accumulate = 1)
    {
        using Linear line = nn.Linear(3 * 8 * 8, 1, hasBias: false);
        nn.init.constant_(line.weight, 0.1);
        using var training = new TrainingLoop(TrainedNetwork.Sgd("", line, momentum: 0.9, decay: 0)) { Parts = 2 };
        BatchLoader loader = Loader with { Images = new StripeImages(8), BatchSize = 4, Augment = Augmentations.Centre };
        int asked = 0;
        training.RunEpoch(new TrainingEpoch<Batch>
        {
            Batches = loader.Load([.. Enumerable.Range(0, 8)], seed: 1, epoch: 0),
            Steps = 2,
            Samples = 8,
            Loss = batch => Of(batch, 0, 4),
            LossInParts = (batch, parts) => Enumerable.Range(0, parts).Select<int, Func<Tensor>>(part => () =>
            {
                if (part == 1 && ++asked == failing) throw new ExternalException(Full);
                return Of(batch, 4 / parts * part, 4 / parts);
            }),
            Updates = [new NetworkUpdate(training.Networks[0], _ => 1e-3)],
            Accumulate = accumulate,
        });
        return [.. line.weight.data<float>()];

        Tensor Of(Batch batch, int first, int size) =>
            line.forward(batch.Images.narrow(0, first, size).flatten(1)).square().sum() / 4;
    }
}
