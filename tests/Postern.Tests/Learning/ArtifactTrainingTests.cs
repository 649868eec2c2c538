using Postern.Learning;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Tests.Studies;
using Postern.Training;
using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Tests.Learning;

public sealed class ArtifactTrainingTests : IDisposable
{
    private const int Epochs = 3;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [LongGroup("Long")]
    public void A_training_that_was_stopped_ends_with_the_bits_of_one_that_was_not(bool keptInOneFile)
    {
        using ResNet whole = Network(), stopped = Network(), resumed = Network();
        Train(whole, folder.File("whole"), Epochs);
        string place = folder.File("stopped");
        if (keptInOneFile) KeepAsTheFirstVersionDid(stopped, place);
        else Train(stopped, place, epochs: 1);

        Assert.Equal(Epochs - 1, Train(resumed, place, Epochs));
        Assert.Equal(Values(whole), Values(resumed));
    }

    [Fact]
    public void A_kept_epoch_of_other_networks_is_told_and_not_taken()
    {
        Directory.CreateDirectory(folder.File("other"));
        using Tensor stray = ones(1);
        WriteSingleFile(folder.File("other"), [KeyValuePair.Create("part/stray", stray)]);
        using ResNet network = Network();
        InputException error = Assert.Throws<InputException>(() => Train(network, folder.File("other"), Epochs));
        Assert.Contains("progress.safetensors: does not hold the networks' 'part/", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Trains what is left; how many epochs that were.</summary>
    private static int Train(ResNet network, string place, int epochs)
    {
        int trained = 0;
        using TrainingLoop training = Loop(network);
        ArtifactTraining.Run(place, training, epochs, () =>
        {
            RunEpoch(training, network);
            trained++;
        });
        return trained;
    }

    private static void KeepAsTheFirstVersionDid(ResNet network, string place)
    {
        using TrainingLoop training = Loop(network);
        RunEpoch(training, network);
        WriteSingleFile(place, [.. training.Networks[0].Weights(), .. training.Networks[0].State()]);
    }

    private static void WriteSingleFile(string place, KeyValuePair<string, Tensor>[] entries) => AtomicFile.Write(
        Path.Combine(place, "progress.safetensors"),
        stream => SafeTensors.Write(stream, entries, new Dictionary<string, string> { ["epoch"] = "1" }));

    private static TrainingLoop Loop(ResNet network) => new(TrainedNetwork.Adam("part", network, 0.9, 0.999));

    private static void RunEpoch(TrainingLoop training, ResNet network)
    {
        float[] half = [0.5f, 0.5f, 0.5f];
        var loader = new BatchLoader(new StripeImages(24), half, half, 8, Augmentations.FlipCrop, null, 8, 1);
        network.train();
        training.RunEpoch(new TrainingEpoch<Batch>
        {
            Batches = loader.Load(BatchLoader.ShuffledOrder(24, 1, training.Epoch), 1, training.Epoch),
            Steps = loader.Steps(24),
            Samples = 24,
            Loss = batch => nn.functional.cross_entropy(network.forward(batch.Images), batch.Labels),
            Updates = [new NetworkUpdate(training.Networks[0], _ => 0.01)],
        });
    }

    private static ResNet Network()
    {
        var network = new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4));
        network.Initialise(5);
        return network;
    }

    private static float[] Values(ResNet network) =>
        [.. network.state_dict().Values.SelectMany(v => v.to_type(ScalarType.Float32).data<float>())];
}
