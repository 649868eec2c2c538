using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class StudyProbesTests : IDisposable
{
    private const string Small = """
        datasets: [signs]
        models: [vim-mini, {name: vim, ssm: identity}, deit-mini]
        attacks: [none, badnets]
        defences: [none, {name: patch-drop, protocol: detect}]
        preset: quick

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string more) => StudyArguments.ReadFile(folder.File("study.yaml", Small + more), []);

    [Fact]
    public void They_are_asked_of_the_cells_that_they_fit_and_leave_no_trace_in_an_id()
    {
        Study plain = Read(""), asking = Read("probes: [{name: knock-outs, every: 2}]\n");
        Assert.Equal(plain.Cells.Select(c => c.Id), asking.Cells.Select(c => c.Id));
        Assert.Empty(plain.Probes);
        var run = new RunFolder(asking, folder.File("runs"));
        Cell probed = Assert.Single(asking.Cells, c => run.ProbesOf(c).Count > 0);
        Assert.Equal(("vim-mini", "badnets", "none"), (probed.Model.Name, probed.Attack.Name, probed.Defence.Name));
        Assert.Equal("2", Assert.Single(run.ProbesOf(probed)).Values["every"]);
    }

    [Theory]
    [InlineData("probes: [knock-out]", "there is no probe 'knock-out'; did you mean 'knock-outs'?")]
    [InlineData("probes: knock-outs", "probes is 'knock-outs', expected a list")]
    [InlineData("probes: [knock-outs, {name: knock-outs, pictures: 6}]", "asks for knock-outs a second time")]
    [InlineData("probes: [{name: knock-outs, pictures: [6, 7]}]", "asks for knock-outs a second time")]
    [InlineData("probes: [{name: knock-outs, every: -1}]", "every")]
    [InlineData("probes: [{name: knock-outs, evry: 1}]", "did you mean 'every'?")]
    public void A_mistake_is_one_line(string yaml, string expected)
    {
        string error = Assert.Throws<InputException>(() => Read(yaml)).Message;
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }
}
