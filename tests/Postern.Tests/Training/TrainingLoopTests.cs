using Postern.Tests.Studies;
using Postern.Training;
using Postern.Training.Input;
using Postern.Training.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

public class TrainingLoopTests
{
    private static readonly BatchLoader Loader =
        new(new StripeImages(8), [0, 0, 0], [1, 1, 1], 8, Augmentations.Centre, null, 4, 1);

    [Fact]
    public void Each_network_moves_at_its_own_rate_and_one_without_update_stays()
    {
        using Linear fast = Line(), slow = Line(), still = Line();
        using var training = new TrainingLoop(Sgd("fast", fast), Sgd("slow", slow), Sgd("still", still));
        float before = Weight(fast);
        Run(training, x => fast.forward(x) + slow.forward(x) + still.forward(x),
            new NetworkUpdate(training.Networks[0], _ => 0.1), new NetworkUpdate(training.Networks[1], _ => 0.01));
        Assert.Equal(before, Weight(still));
        Assert.Equal(before - Weight(fast), 10 * (before - Weight(slow)), 1e-5);
        Assert.True(before > Weight(fast));
    }

    [Fact]
    public void Gradients_that_are_kept_add_up_over_the_steps()
    {
        using Linear forgets = Line(), keeps = Line();
        using var training = new TrainingLoop(Sgd("forgets", forgets), Keeping("keeps", keeps));
        float before = Weight(forgets);
        // Two steps with the same gradient g: the one moves by 2 g, the other by g + 2 g.
        Run(training, x => forgets.forward(ones_like(x)) + keeps.forward(ones_like(x)),
            new NetworkUpdate(training.Networks[0], _ => 0.1),
            new NetworkUpdate(training.Networks[1], _ => 0.1));
        Assert.Equal(3 * (before - Weight(forgets)), 2 * (before - Weight(keeps)), 1e-5);
        Assert.Equal((1, 2L), (training.Epoch, training.Step));
    }

    [Fact]
    public void Gradients_that_are_kept_come_back_after_a_stop_within_an_epoch_and_between_two()
    {
        using var folder = new TemporaryFolder();
        using Linear whole = Line();
        using (var training = new TrainingLoop(Keeping("", whole)))
            while (training.Epoch < 2) Epoch(training, whole);
        float[] resumed = [];
        for (int runs = 0, epochs = 0; epochs < 2; runs++)
        {
            Assert.True(runs < 4, "every run goes on by a step");
            using Linear part = Line();
            using var training = new TrainingLoop(Keeping("", part));
            Assert.Equal(runs > 0, TrainingCheckpoint.TryLoad(folder.Path, training) is not null);
            using var stop = new CancellationTokenSource();
            try
            {
                Epoch(training, part, stop);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(1, training.Begun);
            }
            TrainingCheckpoint.Save(folder.Path, training);
            (epochs, resumed) = (training.Epoch, [.. part.weight.data<float>()]);
        }
        Assert.Equal([.. whole.weight.data<float>()], resumed);

        static void Epoch(TrainingLoop training, Linear line, CancellationTokenSource? stop = null) =>
            training.RunEpoch(new TrainingEpoch<Batch>
            {
                Batches = Loader.Load([.. Enumerable.Range(0, 8)], seed: 1, training.Epoch, from: training.Begun),
                Steps = 2,
                Samples = 8,
                Loss = batch => line.forward(batch.Images.flatten(1)).square().mean(),
                Updates = [new NetworkUpdate(training.Networks[0], _ => 1e-4)],
                Stop = stop?.Token ?? CancellationToken.None,
            }, _ => stop?.Cancel());
    }

    private static void Run(TrainingLoop training, Func<Tensor, Tensor> loss, params NetworkUpdate[] updates)
    {
        training.RunEpoch(new TrainingEpoch<Batch>
        {
            Batches = Loader.Load([.. Enumerable.Range(0, 8)], seed: 1, epoch: 0),
            Steps = 2,
            Samples = 8,
            Loss = batch => loss(batch.Images.flatten(1)).mean(),
            Updates = updates,
        });
    }

    private static TrainedNetwork Sgd(string name, Linear network) => TrainedNetwork.Sgd(name, network, momentum: 0, decay: 0);

    private static TrainedNetwork Keeping(string name, Linear network) =>
        new(name, network, new Sgd(TrainedParameter.Of(network, _ => 0), momentum: 0)) { KeepsGradients = true };

    private static Linear Line()
    {
        Linear line = nn.Linear(3 * 8 * 8, 1, hasBias: false);
        nn.init.constant_(line.weight, 0.5);
        return line;
    }

    private static float Weight(Linear line) => line.weight.mean().item<float>();
}
