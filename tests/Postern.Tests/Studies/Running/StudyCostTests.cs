using Postern.Studies;

namespace Postern.Tests.Studies.Running;

public sealed class StudyCostTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Disk_counts_each_cells_weights_and_three_checkpoints_of_the_one_that_runs()
    {
        const int parameters = 1_000_000, records = 100_000;
        Study study = StudyFile.Read(folder.File("study.yaml", """
            datasets: [{name: signs, train: 100, test: 50}]
            models: [resnet-mini]
            attacks: [none, badnets]
            seeds: [0]
            preset: quick
            """), ShippedCatalogs.All, []);
        var cost = StudyCost.Of(new RunFolder(study, folder.File("runs")), (_, _) => new StepCost(1e-3, 1e-4, parameters));
        Assert.Equal(2, cost.Trainings);
        // Weights of both; then moments, and two more checkpoints of weights and moments: the one before, and the next.
        Assert.Equal(2 * records + 4L * parameters * (2 + 2 + 2 * 3), cost.Bytes);
        Assert.Equal(0, cost.Probed.Networks);
    }

    [Fact]
    public void Probes_are_named_with_the_networks_that_they_fit()
    {
        Study study = StudyFile.Read(folder.File("study.yaml", """
            datasets: [{name: signs, train: 100, test: 50}]
            models: [resnet-mini, vim-mini]
            attacks: [none, badnets]
            probes: [knock-outs, gradient-map]
            seeds: [0]
            preset: quick
            """), ShippedCatalogs.All, []);
        var cost = StudyCost.Of(new RunFolder(study, folder.File("runs")), (_, _) => new StepCost(1e-3, 1e-4, 1));
        Assert.Equal(["gradient-map", "knock-outs"], cost.Probed.Names.Order());
        Assert.Equal(4, cost.Probed.Networks);
    }
}
