using Postern.Training;
using Postern.Training.Input;
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
        using var training = new TrainingLoop(Sgd("forgets", forgets), Sgd("keeps", keeps));
        float before = Weight(forgets);
        // Two steps with the same gradient g: the one moves by 2 g, the other by g + 2 g.
        Run(training, x => forgets.forward(ones_like(x)) + keeps.forward(ones_like(x)),
            new NetworkUpdate(training.Networks[0], _ => 0.1),
            new NetworkUpdate(training.Networks[1], _ => 0.1) { KeepsGradients = true });
        Assert.Equal(3 * (before - Weight(forgets)), 2 * (before - Weight(keeps)), 1e-5);
        Assert.Equal((1, 2L), (training.Epoch, training.Step));
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

    private static Linear Line()
    {
        Linear line = nn.Linear(3 * 8 * 8, 1, hasBias: false);
        nn.init.constant_(line.weight, 0.5);
        return line;
    }

    private static float Weight(Linear line) => line.weight.mean().item<float>();
}
