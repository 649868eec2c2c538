using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class OptionSweepTests : IDisposable
{
    private const string Rest = "models: [resnet-mini]\nseeds: [0]\npreset: quick\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_grid_is_its_entries_written_out()
    {
        Same("attacks: [none, {name: blend, poison_rate: [0.01, 0.05], alpha: [0.1, 0.2]}]",
            "attacks: [none, {name: blend, poison_rate: 0.01, alpha: 0.1}, {name: blend, poison_rate: 0.01, alpha: 0.2}, "
            + "{name: blend, poison_rate: 0.05, alpha: 0.1}, {name: blend, poison_rate: 0.05, alpha: 0.2}]");
        Same("attacks: [{name: badnets, poison_rate: [0.03]}]", "attacks: [{name: badnets, poison_rate: 0.03}]");
        Same("attacks: [badnets, {name: badnets, poison_rate: [0.02, 0.03]}]",
            "attacks: [badnets, {name: badnets, poison_rate: 0.02}, {name: badnets, poison_rate: 0.03}]");
    }

    [Fact]
    public void Labels_are_made_from_the_values_and_the_paper_s_name_stays()
    {
        Study study = Read("attacks: [{name: badnets, label: BadNets, poison_rate: [0.01, 0.05]}, "
            + "{name: blend, poison_rate: [0.01, 0.05], paper: Blended}]");
        Assert.Equal(["BadNets poison_rate=0.01", "BadNets poison_rate=0.05", "blend poison_rate=0.01", "blend poison_rate=0.05"],
            study.Cells.Select(c => c.AttackLabel));
        Assert.Equal(["BadNets", "BadNets", "Blended", "Blended"], study.Cells.Select(c => c.Paper.Attack));
    }

    [Fact]
    public void Datasets_models_and_defences_are_grids_too()
    {
        Study study = StudyFile.Read(folder.File("all.yaml", """
            datasets: [{name: signs, count: [10, 20]}]
            models: [{name: vim, depth: [1, 2, 3]}]
            attacks: [none]
            defences: [none, {name: patch-drop, drop_rate: [0.1, 0.3]}]
            preset: quick
            """), SampleCatalogs.All, []);
        Assert.Equal(2 * 3 * 3, study.Cells.Count);
        Assert.Contains("vim depth=2", study.Cells.Select(c => c.ModelLabel));
    }

    [Fact]
    public void A_value_that_is_a_list_itself_stays_one_and_a_list_of_such_is_a_grid()
    {
        Assert.Equal([2, 4], Read("attacks: [none]\ntrain: {milestones: [2, 4]}").Cells[0].Training.Integers("milestones"));
        Study study = StudyFile.Read(folder.File("lists.yaml", """
            datasets: [{name: signs, train: 100, test: 100}]
            models: [resnet-mini]
            attacks: [{name: badnets, trigger_size: [[3, 3], [5, 5]]}]
            preset: quick
            """), Postern.Cli.Commands.StudyArguments.Catalogs, [], planOnly: true);
        Assert.Equal(["badnets trigger_size=3,3", "badnets trigger_size=5,5"], study.Cells.Select(c => c.AttackLabel));
        Assert.Single(study.Only(["attack=badnets trigger_size=3,3"]).Cells);
        Assert.Equal(2, study.Only(["attack=badnets trigger_size=3,3,badnets trigger_size=5,5"]).Cells.Count);
    }

    [Theory]
    [InlineData("attacks.badnets.poison_rate=0.1,0.2")]
    [InlineData("attacks.badnets.poison_rate=[0.1, 0.2]")]
    [InlineData("attacks.1.poison_rate=0.1,0.2")]
    [InlineData("attacks.1={name: badnets, poison_rate: [0.1, 0.2]}")]
    public void The_command_line_makes_a_grid_of_an_entry_by_name_or_position(string set)
    {
        string[] ids = [.. Read("attacks: [none, {name: badnets, poison_rate: 0.1}, {name: badnets, poison_rate: 0.2}]").Cells
            .Select(c => c.Id)];
        Assert.Equal(ids, Read("attacks: [none, badnets]", set).Cells.Select(c => c.Id));
    }

    [Fact]
    public void An_entry_is_named_by_its_label_where_several_have_its_name()
    {
        const string two = "attacks: [badnets, {name: badnets, poison_rate: 0.5, label: Half 0.5}]";
        Assert.Contains("'badnets' names 2 entries; write the position (0, 1) or the label of one",
            Assert.Throws<InputException>(() => Read(two, "attacks.badnets.poison_rate=0.1")).Message, StringComparison.Ordinal);
        Assert.Equal(["0.01", "0.4"], Read(two, "attacks.Half 0.5.poison_rate=0.4").Cells
            .Select(c => c.Attack.Values["poison_rate"]));
        Assert.Equal([4L, 5L], Read("attacks: [none]", "seeds=4,5").Cells.Select(c => c.Seed));
    }

    [Fact]
    public void A_comma_in_a_path_or_in_the_file_is_no_grid()
    {
        string picture = folder.File("a,b.png", "");
        Assert.Single(Read("attacks: [badnets]", $"attacks.badnets.trigger={picture}").Cells);
        Assert.Contains("poison_rate is '0,01', expected a number",
            Assert.Throws<InputException>(() => Read("attacks: [{name: badnets, poison_rate: '0,01'}]")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attacks: [{name: badnets, poison_rate: []}]", "poison_rate is an empty list, expected a value, or several")]
    [InlineData("attacks: [{name: badnets, poison_rate: [0.1, 0.1]}]", "sweep.yaml:2:46: is the same attack as the one at")]
    [InlineData("attacks: [{name: badnets, poison_rate: [0.1, 7]}]", "sweep.yaml:2:46: poison_rate is 7, expected 0 to 1")]
    [InlineData("attacks: [{name: badnets, label: [a, b]}]", "label is a list, expected a short text")]
    public void A_grid_that_cannot_be_is_one_line(string attacks, string expected) => Assert.Contains(expected,
        Assert.Throws<InputException>(() => Read(attacks)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_grid_of_millions_is_refused_before_it_is_made()
    {
        string many = string.Join(", ", Enumerable.Range(1, 200).Select(i => FormattableString.Invariant($"0.{i:0000}")));
        Assert.Contains("is a grid of more than 10000 entries", Assert.Throws<InputException>(
            () => Read($"attacks: [{{name: blend, poison_rate: [{many}], alpha: [{many}]}}]")).Message, StringComparison.Ordinal);
    }

    private void Same(string grid, string writtenOut)
    {
        Study a = Read(grid), b = Read(writtenOut);
        Assert.Equal(b.Cells.Select(c => c.Id), a.Cells.Select(c => c.Id));
        Assert.Equal(b.Cells.Select(c => c.AttackLabel), a.Cells.Select(c => c.AttackLabel));
    }

    private Study Read(string attacks, params string[] sets) => StudyFile.Read(
        folder.File("sweep.yaml", $"datasets: [signs]\n{attacks}\n{Rest}"), SampleCatalogs.All, sets);
}
