using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class StudyQueueTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string more) => StudyArguments.ReadFile(folder.File("queue.yaml", $"""
        name: queue
        datasets: [signs]
        models: [resnet-mini, vim-mini]
        preset: quick
        {more}
        """), []);

    private static List<Cell> Ready(StudyQueue queue)
    {
        var cells = new List<Cell>();
        while (queue.TryTake(out QueuedCell? next)) cells.Add(next.Cell);
        return cells;
    }

    [Fact]
    public void A_cell_is_given_out_once_and_after_the_cells_that_it_needs()
    {
        Study study = Read("""
            attacks: [none, badnets]
            defences: [none, {name: patch-drop, protocol: test}]
            pretrain: {train: {epochs: 1}}
            """);
        var queue = new StudyQueue(study, _ => false);
        List<Cell> first = Ready(queue);
        Assert.Equal(["none", "none"], first.Select(c => c.Attack.Name));
        Assert.All(first, c => Assert.Null(c.Pretraining));
        Assert.False(queue.TryTake(out _));

        queue.Settle(first[1], CellOutcome.Done);
        List<Cell> second = Ready(queue);
        Assert.Equal(2, second.Count);
        Assert.All(second, c => Assert.Equal(first[1].Id, c.Pretraining!.Id));
        Assert.All(second, c => Assert.Null(c.TrainedBy));
        foreach (Cell cell in second) queue.Settle(cell, CellOutcome.Done);
        Assert.All(Ready(queue), c => Assert.Contains(c.TrainedBy!.Id, second.Select(s => s.Id)));
    }

    [Fact]
    public void What_is_done_is_not_given_out_nor_is_what_only_done_cells_need()
    {
        Study study = Read("pretrain: {train: {epochs: 1}}\nattacks: [badnets]\n");
        var queue = new StudyQueue(study, cell => cell.Id == study.Cells[0].Id);
        Assert.Equal([study.Cells[1].Pretraining!.Id], Ready(queue).Select(c => c.Id));
    }

    [Fact]
    public void A_cell_whose_needed_cell_failed_comes_with_that_cell()
    {
        Study study = Read("pretrain: {train: {epochs: 1}}\nattacks: [badnets]\n").Only(["model=resnet-mini"]);
        var queue = new StudyQueue(study, _ => false);
        Cell pretraining = Ready(queue).Single();
        queue.Settle(pretraining, CellOutcome.Failed);
        Assert.True(queue.TryTake(out QueuedCell? next));
        Assert.Equal((study.Cells[0].Id, pretraining.Id), (next.Cell.Id, next.FailedDependency!.Id));
        queue.Settle(next.Cell, CellOutcome.Failed);
        Assert.Equal(new RunSummary(0, 1, 0), queue.Summary);
    }

    [Fact]
    public void A_needed_cell_that_another_run_has_comes_again_last_and_is_then_waited_for()
    {
        Study study = Read("attacks: [none, badnets]\ndefences: [none, {name: patch-drop, protocol: test}]\n").Only(["model=resnet-mini"]);
        var queue = new StudyQueue(study, _ => false);
        Assert.True(queue.TryTake(out QueuedCell? clean));
        Assert.False(clean.Waits);
        Assert.Null(queue.Settle(clean.Cell, CellOutcome.Skipped));
        Assert.True(queue.TryTake(out QueuedCell? other));
        Assert.Equal("badnets", other.Cell.Attack.Name);
        Assert.True(queue.TryTake(out QueuedCell? again));
        Assert.Equal((clean.Cell.Id, true), (again.Cell.Id, again.Waits));
        queue.Settle(again.Cell, CellOutcome.Done);
        Assert.Equal(new RunSummary(1, 0, 0), queue.Summary);
    }

    [Fact]
    public void A_cell_that_no_other_needs_is_left_to_the_run_that_has_it()
    {
        Study study = Read("attacks: [none]\n").Only(["model=resnet-mini"]);
        var queue = new StudyQueue(study, _ => false);
        Assert.Equal(CellOutcome.Skipped, queue.Settle(Ready(queue).Single(), CellOutcome.Skipped));
        Assert.Equal(new RunSummary(0, 0, 1), queue.Summary);
    }

    [Fact]
    public void Cells_that_may_learn_the_same_ingredient_do_not_start_together_while_there_are_others()
    {
        Study study = Read("attacks: [{name: issba, poison_rate: 0.01}, {name: issba, poison_rate: 0.02}, badnets]\n").Only(["model=resnet-mini"]);
        Assert.Equal(["issba", "badnets", "issba"], Ready(new StudyQueue(study, _ => false)).Select(c => c.Attack.Name));
    }
}
