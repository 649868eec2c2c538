using Postern.Cli.Commands;
using Postern.Studies;
using Postern.Studies.Slurm;

namespace Postern.Tests.Studies.Slurm;

public sealed class ArrayPlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string more) => StudyArguments.ReadFile(folder.File("planned.yaml", $"""
        name: planned
        datasets: [signs]
        preset: quick
        {more}
        """), []);

    private static IReadOnlyList<PlannedArray> Plan(Study study, int pack = 1, bool inTurn = false, int largest = 1000,
        IReadOnlyDictionary<string, string>? queued = null, Func<TaskGroup, bool>? open = null) => ArrayPlan.Of(
            [.. study.Work.Groups.Where(open ?? (_ => true))], queued ?? new Dictionary<string, string>(),
            g => g.IsPreparation ? 1 : 1.0 / pack, inTurn, largest);

    private static string[] Places(PlannedArray array) => [.. array.Tasks.SelectMany(t => t.Places)];

    private const string Graph = """
        models: [resnet-mini, vim-mini]
        attacks: [none, badnets, {name: issba, poison_rate: 0.01}]
        defences: [none, {name: patch-drop, protocol: test}]
        pretrain: {train: {epochs: 1}}
        """;

    [Fact]
    public void Each_group_is_in_one_task_and_waits_for_exactly_the_tasks_that_it_needs()
    {
        Study study = Read(Graph);
        IReadOnlyList<PlannedArray> arrays = Plan(study);
        Assert.Equal(study.Work.Groups.Select(g => g.Place).Order(), arrays.SelectMany(Places).Order());
        // Nothing that is needed comes after what others do not wait for.
        Assert.Empty(arrays[0].Needs);
        Assert.Equal(3, arrays[0].Tasks.Count);
        var at = new Dictionary<string, string>();
        foreach (PlannedArray array in arrays)
        {
            foreach ((int k, PlannedTask task) in array.Tasks.Index())
            {
                TaskGroup group = study.Work.Groups.Single(g => g.Place == Assert.Single(task.Places));
                Assert.Equal(group.Inputs.Select(i => at[i.Place]).Distinct().Order(), array.Needs.Order());
                at[group.Place] = $"{array.Name}_{k + 1}";
            }
        }
        // Clean and BadNets of a model wait for its pretraining alone, ISSBA for its preparation, too.
        Assert.Equal(1 + 2 + 2 + 6, arrays.Count);
    }

    [Fact]
    public void Where_a_number_of_tasks_is_the_limit_one_array_runs_after_another()
    {
        IReadOnlyList<PlannedArray> arrays = Plan(Read(Graph), inTurn: true);
        Assert.Equal([3, 6, 6], arrays.Select(a => a.Tasks.Count));
        Assert.Equal([[], ["array-1"], ["array-2"]], arrays.Select(a => a.Needs));
    }

    [Fact]
    public void Small_cells_share_a_task_and_preparations_have_their_own()
    {
        IReadOnlyList<PlannedArray> arrays = Plan(Read(Graph), pack: 4);
        Assert.Equal([1, 2], arrays[0].Tasks.Select(t => t.Places.Count).Order());
        Assert.All(arrays.Skip(1).SelectMany(a => a.Tasks), t => Assert.InRange(t.Places.Count, 1, 4));
        Assert.Contains(arrays.SelectMany(a => a.Tasks), t => t.Places.Count == 4);
    }

    [Fact]
    public void Cells_of_two_datasets_share_no_task()
    {
        Study study = Read("models: [resnet-mini]\nattacks: [none]\nseeds: [0, 1, 2]\n");
        Assert.Equal([2, 1], Plan(study, pack: 2)[0].Tasks.Select(t => t.Places.Count));
        Study two = StudyArguments.ReadFile(folder.File("two.yaml", """
            datasets: [{name: signs, train: 160}, {name: signs, train: 320, label: more}]
            models: [resnet-mini]
            attacks: [none]
            seeds: [0]
            preset: quick
            """), []);
        Assert.Equal([1, 1], Plan(two, pack: 2)[0].Tasks.Select(t => t.Places.Count));
    }

    [Fact]
    public void No_element_has_a_larger_number_than_the_cluster_takes()
    {
        Study study = Read("models: [resnet-mini]\nattacks: [none]\nseeds: [0, 1, 2, 3, 4]\n");
        IReadOnlyList<PlannedArray> arrays = Plan(study, largest: 2);
        Assert.Equal([2, 2, 1], arrays.Select(a => a.Tasks.Count));
        Assert.All(arrays, a => Assert.Empty(a.Needs));
    }

    [Fact]
    public void What_an_earlier_submission_does_is_waited_for()
    {
        Study study = Read("models: [resnet-mini]\nattacks: [none]\ndefences: [none, {name: patch-drop, protocol: test}]\n");
        string trained = study.Cells[0].Id;
        PlannedArray array = Assert.Single(Plan(study, queued: new Dictionary<string, string> { [trained] = "17_4" },
            open: g => g.Place != trained));
        Assert.Equal(["17_4"], array.Needs);
    }

    [Fact]
    public void A_part_of_the_graph_takes_what_is_there_and_fails_what_rests_on_nothing()
    {
        Study study = Read(Graph).Only(["model=resnet-mini", "attack=badnets"]);
        string[] places = [.. study.Cells.Select(c => c.Id)];
        var queue = new WorkQueue(study, _ => false, places);
        Assert.True(queue.TryTake(out QueuedGroup? first));
        Assert.Equal(study.Work.Of(study.Cells[0]).Pretraining!.Id, Assert.IsType<TrainTask>(first.FailedDependency).Cell.Id);
        string pretrained = study.Work.Of(study.Cells[0]).Pretraining!.Id;
        queue = new WorkQueue(study, t => t.Place == pretrained, places);
        Assert.True(queue.TryTake(out first));
        Assert.Null(first.FailedDependency);
        Assert.False(queue.TryTake(out _));
        queue.Settle(first.Group, TaskOutcome.Done);
        Assert.True(queue.TryTake(out QueuedGroup? second));
        Assert.Equal((study.Cells[1].Id, null), (second.Group.Place, second.FailedDependency));
    }
}
