using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class WorkQueueTests : IDisposable
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

    private Study ReadOne(string more) => Read(more).Only(["model=resnet-mini"]);

    private static WorkQueue Queue(Study study) => new(study, _ => false);

    private static List<TaskGroup> Ready(WorkQueue queue)
    {
        var groups = new List<TaskGroup>();
        while (queue.TryTake(out QueuedGroup? next)) groups.Add(next.Group);
        return groups;
    }

    [Fact]
    public void A_group_is_given_out_once_and_after_those_that_it_needs()
    {
        Study study = Read("""
            attacks: [none, badnets]
            defences: [none, {name: patch-drop, protocol: test}]
            pretrain: {train: {epochs: 1}}
            """);
        WorkQueue queue = Queue(study);
        List<TaskGroup> first = Ready(queue);
        Assert.Equal(["none", "none"], first.Select(g => g.Cell.Attack.Name));
        Assert.All(first, g => Assert.Null(study.Work.Of(g.Cell).Pretraining));
        Assert.False(queue.TryTake(out _));

        queue.Settle(first[1], TaskOutcome.Done);
        List<TaskGroup> second = Ready(queue);
        Assert.Equal(2, second.Count);
        Assert.All(second, g => Assert.Equal(first[1].Cell.Id, study.Work.Of(g.Cell).Pretraining!.Id));
        Assert.All(second, g => Assert.Null(study.Work.Of(g.Cell).TrainedBy));
        foreach (TaskGroup group in second) queue.Settle(group, TaskOutcome.Done);
        Assert.All(Ready(queue), g => Assert.Contains(study.Work.Of(g.Cell).TrainedBy!.Id, second.Select(s => s.Cell.Id)));
    }

    [Fact]
    public void What_is_done_is_not_given_out_nor_is_what_only_done_cells_need()
    {
        Study study = Read("pretrain: {train: {epochs: 1}}\nattacks: [badnets]\n");
        var queue = new WorkQueue(study, task => task.Place == study.Cells[0].Id);
        Assert.Equal([study.Work.Of(study.Cells[1]).Pretraining!.Id], Ready(queue).Select(g => g.Cell.Id));
    }

    [Fact]
    public void A_group_whose_needed_task_failed_comes_with_that_task()
    {
        Study study = ReadOne("pretrain: {train: {epochs: 1}}\nattacks: [badnets]\n");
        WorkQueue queue = Queue(study);
        TaskGroup pretraining = Ready(queue).Single();
        queue.Settle(pretraining, TaskOutcome.Failed, "why");
        Assert.True(queue.TryTake(out QueuedGroup? next));
        Assert.Equal((study.Cells[0].Id, $"train {pretraining.Cell.Id}", "why"),
            (next.Group.Cell.Id, next.FailedDependency!.Id, next.Error));
        queue.Settle(next.Group, TaskOutcome.Failed);
        Assert.Equal(new RunSummary(0, 1, 0), queue.Summary);
    }

    [Fact]
    public void Weights_that_are_there_serve_others_although_measuring_them_failed()
    {
        Study study = ReadOne("attacks: [none]\ndefences: [none, {name: patch-drop, protocol: test}]\n");
        var queue = new WorkQueue(study, task => task is TrainTask && task.Place == study.Cells[0].Id);
        queue.Settle(Ready(queue).Single(), TaskOutcome.Failed, "why");
        Assert.True(queue.TryTake(out QueuedGroup? next));
        Assert.Equal((study.Cells[1].Id, null), (next.Group.Cell.Id, next.FailedDependency));
        queue.Settle(next.Group, TaskOutcome.Done);
        Assert.Equal(new RunSummary(1, 1, 0), queue.Summary);
    }

    [Fact]
    public void A_needed_group_that_another_run_has_comes_again_last_and_is_then_waited_for()
    {
        WorkQueue queue = Queue(ReadOne("attacks: [none, badnets]\ndefences: [none, {name: patch-drop, protocol: test}]\n"));
        Assert.True(queue.TryTake(out QueuedGroup? clean));
        Assert.False(clean.Waits);
        Assert.Null(queue.Settle(clean.Group, TaskOutcome.Skipped));
        Assert.True(queue.TryTake(out QueuedGroup? other));
        Assert.Equal("badnets", other.Group.Cell.Attack.Name);
        Assert.True(queue.TryTake(out QueuedGroup? again));
        Assert.Equal((clean.Group.Place, true), (again.Group.Place, again.Waits));
        queue.Settle(again.Group, TaskOutcome.Done);
        Assert.Equal(new RunSummary(1, 0, 0), queue.Summary);
    }

    [Fact]
    public void A_cell_that_another_run_has_is_waited_for_last_and_is_done_when_that_one_has_done_it()
    {
        WorkQueue queue = Queue(ReadOne("attacks: [none]\n"));
        TaskGroup group = Ready(queue).Single();
        Assert.Null(queue.Settle(group, TaskOutcome.Skipped));
        Assert.True(queue.TryTake(out QueuedGroup? again));
        Assert.True(again.Waits);
        queue.Settle(again.Group, TaskOutcome.Done);
        Assert.Equal(new RunSummary(1, 0, 0), queue.Summary);
    }

    [Fact]
    public void What_an_attack_has_to_learn_is_made_before_any_cell_that_needs_it_while_others_run()
    {
        WorkQueue queue =
            Queue(ReadOne("attacks: [{name: issba, poison_rate: 0.01}, {name: issba, poison_rate: 0.02}, badnets]\n"));
        List<TaskGroup> first = Ready(queue);
        Assert.Equal([true, false], first.Select(g => g.IsPreparation));
        Assert.Equal("badnets", first[1].Cell.Attack.Name);
        queue.Settle(first[0], TaskOutcome.Done);
        Assert.Equal(["issba", "issba"], Ready(queue).Select(g => g.Cell.Attack.Name));
    }
}
