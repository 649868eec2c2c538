using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Datasets;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class PreparedAttacksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Study study;
    private readonly Dataset dataset;
    private int prepared;

    public PreparedAttacksTests()
    {
        study = StudyArguments.ReadFile(folder.File("attacks.yaml", """
            datasets: [{name: signs, train: 32, test: 32}]
            models: [resnet-mini, vim-mini]
            attacks: [none, badnets, issba, {name: issba, secret_seed: 1}]
            preset: quick
            """), []);
        dataset = DatasetCatalog.Open(study.Cells[0].Dataset);
    }

    public void Dispose()
    {
        dataset.Dispose();
        folder.Dispose();
    }

    private Attack? Of(PreparedAttacks attacks, Cell cell) => attacks.Of(cell, choice =>
    {
        if (AttackPreparation.Create(choice, dataset) is not Attack created) return null;
        prepared++;
        return created;
    });

    [Fact]
    public void An_attack_that_learns_is_made_ready_once_for_all_cells_that_have_it()
    {
        var attacks = new PreparedAttacks();
        Attack?[] made = [.. study.Cells.Select(c => Of(attacks, c))];
        Assert.Equal((null, null), (made[0], made[4]));
        Assert.NotSame(made[1], made[5]);
        Assert.Same(made[2], made[6]);
        Assert.Same(made[3], made[7]);
        Assert.NotSame(made[2], made[3]);
        Assert.Equal(4, prepared);
        attacks.Clear();
        Assert.NotSame(made[2], Of(attacks, study.Cells[2]));
    }
}
