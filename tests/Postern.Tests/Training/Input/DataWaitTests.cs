using Postern.Datasets;
using Postern.Models;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Training.Input;

public class DataWaitTests
{
    [Fact]
    public void The_wait_for_the_first_batch_of_an_epoch_counts()
    {
        using var model = new ResNet(new ResNetConfig([4, 4, 8, 8], ImageNetStem: false, Classes: 4));
        model.Initialise(1);
        var settings = new TrainingSettings
        {
            Epochs = 1,
            BatchSize = 8,
            LearningRate = 0.01,
            Schedule = new StepSchedule(0.01, [], 1),
        };
        using var trainer = new Trainer(model, settings, seed: 1);
        float[] half = [0.5f, 0.5f, 0.5f];
        var images = new SlowStart();
        EpochResult epoch = trainer.RunEpoch(new BatchLoader(images, half, half, 8, Augmentations.Centre, null, 8, Workers: 1));
        Assert.InRange(epoch.DataWait * epoch.Seconds, SlowStart.Pause.TotalSeconds * 0.9, epoch.Seconds);
    }

    /// <summary>Black pictures, of which the first that is read takes its time.</summary>
    private sealed class SlowStart() : ImageSet(8, [.. Enumerable.Range(0, 32).Select(i => i % 4)], ["a", "b", "c", "d"])
    {
        public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
        private int reads;

        public override string Fingerprint => "slow";

        public override void Read(int index, Span<byte> pixels)
        {
            if (Interlocked.Increment(ref reads) == 1) Thread.Sleep(Pause);
            pixels.Clear();
        }
    }
}
