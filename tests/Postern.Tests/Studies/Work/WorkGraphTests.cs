using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class WorkGraphTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string more, string models = "resnet-mini") => StudyArguments.ReadFile(folder.File("graph.yaml", $"""
        datasets: [signs]
        models: [{models}]
        preset: quick
        {more}
        """), []);

    private static string[] Preparations(Study study) => [.. study.Work.Groups.Where(g => g.IsPreparation).Select(g => g.Place)];

    [Fact]
    public void Every_task_comes_once_and_after_those_that_it_needs()
    {
        Study study = Read("""
            attacks: [none, {name: issba, poison_rate: 0.01}, {name: issba, poison_rate: 0.02}]
            defences: [none, {name: patch-drop, protocol: test}, {name: patch-drop, protocol: both, label: both}]
            pretrain: {train: {epochs: 1}}
            """, "resnet-mini, vim-mini");
        WorkTask[] tasks = [.. study.Work.Groups.SelectMany(g => g.Tasks)];
        Assert.Equal(tasks.Length, tasks.Select(t => t.Id).Distinct().Count());
        for (int i = 0; i < tasks.Length; i++)
            Assert.All(tasks[i].Inputs, input => Assert.InRange(Array.FindIndex(tasks, t => t.Id == input.Id), 0, i - 1));
        // 18 cells of the study, a pre-training for each model, and the training behind each defence in training and tests.
        Assert.Equal(18 + 2 + 6, study.Work.Measures.Count);
        Assert.Equal(2 + 12, tasks.OfType<TrainTask>().Count());
        Assert.Single(tasks.OfType<PrepareTask>());
        Assert.All(study.Work.Groups, g => Assert.All(g.Tasks, t => Assert.Equal(g.Place, t.Place)));
    }

    [Fact]
    public void A_part_of_a_study_keeps_what_its_cells_rest_on_and_nothing_else()
    {
        Study study =
            Read("attacks: [badnets, issba]\ndefences: [{name: patch-drop, protocol: test}]\npretrain: {train: {epochs: 1}}\n");
        Study part = study.Only(["attack=badnets"]);
        Assert.Equal(["none", "badnets", "badnets"], part.Work.Cells.Select(c => c.Attack.Name));
        Assert.Equal(part.Cells[0].Id, part.Work.Cells.Last().Id);
        Assert.Empty(Preparations(part));
        Assert.Single(Preparations(study));
    }

    public static TheoryData<string> Learned => [.. AttackCatalog.All.Where(a => a.Learned).Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Learned))]
    public void Attacks_that_differ_in_their_plan_alone_learn_once(string attack)
    {
        AttackEntry entry = AttackCatalog.All.Get(attack, attack);
        Assert.All(entry.PlanOptions, name => Assert.Contains(name, entry.Options.Select(o => o.Name)));
        Assert.Single(
            Preparations(Read($"attacks: [{attack}, {{name: {attack}, poison_rate: 0.0025, accept: warn}}]\nseeds: [0, 1]\n")));
        string learning = entry.Options.First(o => o.Name.EndsWith("_epochs", StringComparison.Ordinal)).Name;
        Assert.Equal(2, Preparations(Read($"attacks: [{attack}, {{name: {attack}, {learning}: 3}}]\n")).Length);
    }
}
