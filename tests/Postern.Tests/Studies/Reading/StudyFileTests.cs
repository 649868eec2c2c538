using FsCheck.Fluent;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class StudyFileTests : IDisposable
{
    private const string Sample = """
        name: sample
        about: one line
        datasets: [signs]
        models: [resnet-mini, {name: vim, embed_dim: 128}]
        attacks: [none, badnets, {name: blend, poison_rate: 0.010}]
        seeds: [0, 1]
        preset: quick
        train: {lr: 1e-3, milestones: [50, 75]}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string yaml, params string[] sets) =>
        StudyFile.Read(folder.File("study.yaml", yaml), SampleCatalogs.All, sets);

    private string Error(string yaml, params string[] sets)
    {
        string message = Assert.Throws<InputException>(() => Read(yaml, sets)).Message;
        Assert.DoesNotContain('\n', message);
        return message.Replace(folder.Path, "", StringComparison.Ordinal).TrimStart('/', '\\');
    }

    [Fact]
    public void Cells_come_in_the_order_dataset_model_attack_seed()
    {
        Study study = Read(Sample);
        Assert.Equal(("sample", "one line", "quick"), (study.Name, study.About, study.Preset));
        Assert.Equal(
            from model in new[] { "resnet-mini", "vim" }
            from attack in new[] { "none", "badnets", "blend" }
            from seed in new[] { 0L, 1L }
            select ("signs", model, attack, seed),
            study.Cells.Select(c => (c.DatasetLabel, c.ModelLabel, c.AttackLabel, c.Seed)));
    }

    [Fact]
    public void Options_are_resolved_from_study_preset_and_defaults()
    {
        Cell[] cells = [.. Read(Sample).Cells];
        Assert.Equal(128, cells[^1].Model.Integer("embed_dim"));
        Assert.Equal(0.01m, cells[^1].Attack.Number("poison_rate"));
        Assert.Equal(0.2m, cells[^1].Attack.Number("alpha"));
        Assert.Equal(8, cells[0].Training.Integer("epochs"));
        Assert.Equal(20, cells[^1].Training.Integer("epochs"));
        Assert.Equal([50, 75], cells[0].Training.Integers("milestones"));
    }

    [Fact]
    public void An_id_is_the_same_on_every_machine()
    {
        Study study = Read(Sample);
        Assert.Equal("signs_resnet-mini_none_s0-34f13bce", study.Cells[0].Id);
        Assert.Equal("signs_vim_blend_s1-3669192b", study.Cells[^1].Id);
    }

    [Theory]
    [InlineData("train.epochs=9")]
    [InlineData("train.lr=0.002")]
    [InlineData("datasets.0.count=50")]
    [InlineData("models.0={name: vim, depth: 2}")]
    [InlineData("attacks.1.poison_rate=0.5")]
    [InlineData("preset=toolbox")]
    public void Whatever_decides_the_result_changes_the_id(string set)
    {
        string[] before = [.. Read(Sample).Cells.Select(c => c.Id)], after = [.. Read(Sample, set).Cells.Select(c => c.Id)];
        Assert.NotEqual(before, after);
        Assert.Equal(after.Length, after.Distinct().Count());
    }

    [Theory]
    [InlineData("name=other")]
    [InlineData("about=something else")]
    [InlineData("attacks.1={name: badnets, label: Corner}")]
    [InlineData("attacks.2.poison_rate=1e-2")]
    [InlineData("train.lr=0.0010")]
    public void What_does_not_decide_the_result_keeps_the_id(string set) =>
        Assert.Equal(Read(Sample).Cells.Select(c => c.Id), Read(Sample, set).Cells.Select(c => c.Id));

    [Fact]
    public void A_trigger_counts_by_its_content_and_not_by_its_path()
    {
        folder.File("a.png", "one");
        folder.File("deep/b.png", "one");
        folder.File("c.png", "two");
        string Id(string trigger) =>
            Read(Sample.Replace("poison_rate: 0.010", $"trigger: {trigger}", StringComparison.Ordinal)).Cells[^1].Id;
        Assert.Equal(Id("a.png"), Id("deep/b.png"));
        Assert.NotEqual(Id("a.png"), Id("c.png"));
    }

    [Fact]
    public void Paths_are_relative_to_the_study_file()
    {
        folder.File("data/x.bin", "");
        Study study = StudyFile.Read(
            folder.File("studies/real.yaml", Sample.Replace("name: sample", "", StringComparison.Ordinal)
                .Replace("[signs]", "[{name: cifar10, path: ../data}]", StringComparison.Ordinal)),
            SampleCatalogs.All, []);
        Assert.Equal("real", study.Name);
        Assert.Equal(Path.Combine(folder.Path, "data"), study.Cells[0].Dataset.File("path"));
    }

    [Fact]
    public void Two_entries_of_one_name_are_told_apart_in_tables()
    {
        Study study = Read(Sample,
            "attacks=[badnets, {name: badnets, poison_rate: 0.05}, {name: badnets, poison_rate: 0.1, label: heavy}]",
            "seeds=[0]");
        Assert.Equal(["badnets", "badnets poison_rate=0.05", "heavy"], study.Cells.Take(3).Select(c => c.AttackLabel));
    }

    [Fact]
    public void What_entries_of_one_name_have_in_common_is_in_no_label_and_labels_decide_no_id()
    {
        const string First = "name: blend, poison_rate: 0.05, alpha: 0.3", Second = "name: blend, poison_rate: 0.1, alpha: 0.3";
        Study study = Read(Sample, $"attacks=[{{{First}}}, {{{Second}}}, {{name: blend, alpha: 0.4}}]", "seeds=[0]");
        Assert.Equal(["blend alpha=0.3 poison_rate=0.05", "blend alpha=0.3 poison_rate=0.1", "blend alpha=0.4"],
            study.Cells.Take(3).Select(c => c.AttackLabel));
        Study two = Read(Sample, $"attacks=[{{{First}}}, {{{Second}}}]", "seeds=[0]"),
            named = Read(Sample, $"attacks=[{{{First}, label: a}}, {{{Second}, label: b}}]", "seeds=[0]");
        Assert.Equal(["blend poison_rate=0.05", "blend poison_rate=0.1"], two.Cells.Take(2).Select(c => c.AttackLabel));
        Assert.Equal(named.Cells.Select(c => c.Id), two.Cells.Select(c => c.Id));
    }

    [Theory]
    [InlineData("modles: [vim]", "study.yaml:1:1: a study has no key 'modles'; did you mean 'models'?")]
    [InlineData("datasets: [signs]\nmodels:\n  - {name: vim, embed_dmi: 3}",
        "study.yaml:3:17: vim has no option 'embed_dmi'; did you mean 'embed_dim'?")]
    [InlineData("datasets: [sings]", "study.yaml:1:12: there is no dataset 'sings'; did you mean 'signs'?")]
    [InlineData("datasets: [signs]\nmodels: []",
        "study.yaml:2:9: models is an empty list, expected a list with at least one entry, e.g. models: [...]")]
    [InlineData("datasets: signs",
        "study.yaml:1:11: datasets is 'signs', expected a list with at least one entry, e.g. datasets: [signs]")]
    [InlineData("datasets: [signs, signs]", "study.yaml:1:19: is the same dataset as the one at")]
    [InlineData("datasets: [{count: 3}]",
        "study.yaml:1:12: has no 'name', expected the name of a dataset; valid are signs, cifar10")]
    [InlineData("datasets: [{name: signs, count: 0}]", "study.yaml:1:33: count is 0, expected at least 1")]
    [InlineData("datasets: [{name: signs, count: [[1]]}]",
        "study.yaml:1:34: count is a list, expected a whole number (pictures)")]
    [InlineData("datasets: [{name: signs, count: }]", "study.yaml:1:33: count is empty, expected a whole number (pictures)")]
    [InlineData("datasets: [cifar10]", "study.yaml:1:12: cifar10 needs 'path'")]
    [InlineData("datasets: [{name: cifar10, path: nowhere}]", "study.yaml:1:34: path names ")]
    [InlineData("name: a\nname: b", "study.yaml:2:1: the key 'name' is given twice")]
    [InlineData("name: ../up\ndatasets: [signs]", "name is '../up', expected up to 64 letters")]
    [InlineData("datasets: [&a signs, *a]", "study.yaml:1:12: '&a' is an anchor; write the values out")]
    [InlineData("datasets: [!!str signs]", "is a tag; write the plain value")]
    [InlineData("datasets: [signs\nmodels: [vim", "is not YAML")]
    [InlineData("datasets:\n\t- signs\nmodels: [vim]", "study.yaml:2:1: the line is indented with a tab")]
    [InlineData("datasets:\n  - name: signs\n \tcount: 3", "study.yaml:3:2: the line is indented with a tab")]
    [InlineData("datasets: [signs]\nmodels: [vim]\n\tattacks: [none]", "study.yaml:3:1: the line is indented with a tab")]
    [InlineData("a: 1\n---\nb: 2", "a second YAML document begins here")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "is nested more than 8 deep")]
    [InlineData("", "is empty, expected a study")]
    [InlineData("datasets: [signs]", "study.yaml:1:1: the key 'models' is missing, expected a list")]
    [InlineData("about: x", "the key 'datasets' is missing, expected a list")]
    public void A_mistake_is_one_line_with_its_place(string yaml, string expected)
    {
        string rest = yaml.StartsWith("name: ../", StringComparison.Ordinal)
            ? "\nmodels: [vim]\nattacks: [none]\npreset: quick" : "";
        Assert.Contains(expected, Error(yaml + rest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train.epocs=3", "--set train.epocs=3: train has no option 'epocs'; did you mean 'epochs'?")]
    [InlineData("train.epochs=many", "--set train.epochs=many: epochs is 'many', expected a whole number")]
    [InlineData("trian.epochs=3", "--set trian.epochs=3: a study has no key 'trian'; did you mean 'train'?")]
    [InlineData("attacks.7.poison_rate=1", "'7' is neither a position in the list, 0 to 2, nor the name of an entry")]
    [InlineData("attacks.-1=none", "'-1' is neither a position in the list, 0 to 2, nor the name of an entry")]
    [InlineData("attacks.badnts.poison_rate=1", "nor the name of an entry; did you mean 'badnets'?")]
    [InlineData("name.x.y=1", "'x' would be inside 'sample', which has no parts")]
    [InlineData("seeds=[0,", "--set seeds=[0,: is not YAML")]
    [InlineData("seeds=[0, 0]", "the seed 0 is given twice")]
    [InlineData("seeds=[1.5]", "a seed is '1.5', expected a whole number")]
    [InlineData("seeds=3", "expected a list with at least one entry, e.g. seeds: [3]")]
    [InlineData("preset=", "preset is empty, expected a text")]
    [InlineData("preset=quik", "there is no preset 'quik'; did you mean 'quick'?")]
    [InlineData("train", "is not of the form key=value")]
    [InlineData("train..epochs=1", "has an empty part in its key")]
    [InlineData("attacks.2.trigger=/nowhere/x.png", "does not exist")]
    public void A_mistake_in_set_names_its_text(string set, string expected) =>
        Assert.Contains(expected, Error(Sample, set), StringComparison.Ordinal);

    [Fact]
    public void Set_reaches_every_part()
    {
        Study study = Read(Sample, "seeds=[5]", "train.epochs=3", "models=[vim]", "models.0.depth=2", "attacks.0=badnets",
            "attacks.1={name: blend, alpha: 0.5}", "preset=toolbox");
        Cell cell = study.Cells[1];
        Assert.Equal((5L, 3, 2, 0.5m, "toolbox"),
            (cell.Seed, cell.Training.Integer("epochs"), cell.Model.Integer("depth"), cell.Attack.Number("alpha"), study.Preset));
    }

    [Fact]
    public void Files_that_are_no_study_give_one_line()
    {
        string binary = folder.File("junk.yaml");
        File.WriteAllBytes(binary, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0xFF, 0xFE, 0x00]);
        string large = folder.File("large.yaml", new string('a', 300 * 1024));
        foreach ((string path, string expected) in new[]
                 {
                     (binary, "is not UTF-8 text"), (large, "is larger than 256 KiB"), (folder.Path, "is a folder"),
                     (folder.File("absent.yaml"), "does not exist, expected a study file"),
                 })
        {
            InputException error = Assert.Throws<InputException>(() => StudyFile.Read(path, SampleCatalogs.All, []));
            Assert.StartsWith($"{path}: {expected}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Ten_thousand_cells_are_enough() =>
        Assert.Contains("has 12000 cells, more than 10000",
            Error(Sample, $"seeds=[{string.Join(",", Enumerable.Range(0, 2000))}]"), StringComparison.Ordinal);

    [Fact]
    public void A_damaged_study_is_a_study_or_one_line()
    {
        string path = folder.File("mutated.yaml");
        DamagedYaml.Check(path, Sample, size: 4, files: 1000, () => StudyFile.Read(path, SampleCatalogs.All, []).Cells.Count > 0);
    }
}
