using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>The study as it was resolved is a study file of the same cells, wherever it is put.</summary>
public sealed class ResolvedStudyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_has_the_same_cells_from_another_folder_without_its_overrides()
    {
        folder.File("in/cat.png", "x");
        string file = folder.File("in/study.yaml", """
            name: odd
            about: "a: b # c"
            datasets: [{name: signs, count: [10, 20]}, {name: signs, label: "Mine: 'x'"}, {name: cifar10, path: .}]
            models: [resnet-mini, {name: vim, depth: [1, 2], label: Vim, paper: Vim-t}]
            attacks: [none, {name: badnets, trigger: cat.png}, {name: blend, label: "null", alpha: [0.1, 0.20]}]
            defences: [none, {name: patch-drop, protocol: detect, label: "- [1"}]
            seeds: [3, -1]
            poison_seed: 3
            preset: quick
            train: {milestones: [2, 4]}
            pretrain: {train: {epochs: 2}, seed: 9}
            measures: [adversarial]
            probes: [{name: knock-outs, pictures: 20, every: 3, intervene: horizon-12 edge-cut}]
            device: cuda:1
            """);
        Study study = StudyFile.Read(file, SampleCatalogs.All, ["train.lr=0.002", "attacks.badnets.poison_rate=0.1,0.2"]);
        Same(study, StudyFile.Read(folder.File("out/study.yaml", study.Yaml.Value), SampleCatalogs.All, []));
        Assert.Contains("poison_rate: 0.1\n", study.Yaml.Value, StringComparison.Ordinal);
        Assert.Contains("device: cuda:1\n", study.Yaml.Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RepositoryStudiesTests.Files), MemberType = typeof(RepositoryStudiesTests))]
    public void So_is_every_study_here(string file)
    {
        Study study = StudyArguments.ReadFile(Path.Combine(SharedMaterial.RepositoryRoot, "studies", file), [], planOnly: true);
        Same(study, StudyArguments.ReadFile(folder.File("study.yaml", study.Yaml.Value), [], planOnly: true));
    }

    [Fact]
    public void A_run_leaves_it_in_its_folder_whole_and_the_folder_names_the_study_from_then_on()
    {
        Study study = StudyFile.Read(folder.File("a.yaml", """
            name: kept
            datasets: [signs]
            models: [resnet-mini]
            attacks: [none, badnets]
            preset: quick
            """), StudyArguments.Catalogs, ["train.epochs=3"]);
        var run = new RunFolder(study, folder.File("runs"));
        (run with { Study = study.Only(["attack=none"]) }).WriteStudy();
        Same(study, StudyArguments.ReadFile(Path.Combine(run.Path, RunFolder.StudyFileName), []));
        using var errors = new StringWriter();
        Assert.Equal(0, Postern.Cli.Program.Run(["report", run.Path], errors));
        Assert.Equal("", errors.ToString());
        Assert.True(File.Exists(Path.Combine(run.Path, "report", "index.html")));
    }

    [Fact]
    public void The_folder_of_a_run_is_the_user_s_alone_unless_somebody_made_it_first()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permissions are those of Unix");
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            shared = own | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        var run = new RunFolder(StudyFile.Read(folder.File("a.yaml", """
            name: kept
            datasets: [signs]
            models: [resnet-mini]
            attacks: [none]
            preset: quick
            """), StudyArguments.Catalogs, []), folder.File("runs"));
        run.WriteStudy();
        Assert.Equal(own, File.GetUnixFileMode(run.Path));
        Directory.Delete(run.Path, recursive: true);
        Directory.CreateDirectory(run.Path, shared);
        run.WriteStudy();
        Assert.Equal(shared, File.GetUnixFileMode(run.Path));
    }

    private static void Same(Study expected, Study actual)
    {
        Assert.Equal(expected.Cells.Select(c => c.Id), actual.Cells.Select(c => c.Id));
        Assert.Equal(expected.Cells.Select(c => c.Labels), actual.Cells.Select(c => c.Labels));
        Assert.Equal(expected.Cells.Select(c => c.Paper), actual.Cells.Select(c => c.Paper));
        Assert.Equal((expected.Name, expected.About, expected.Preset, expected.Published, expected.Adversarial?.Canonical),
            (actual.Name, actual.About, actual.Preset, actual.Published, actual.Adversarial?.Canonical));
        Assert.Equal(expected.Probes.Select(p => p.Canonical), actual.Probes.Select(p => p.Canonical));
        Assert.Equal(expected.Work.Cells.Select(c => c.Id), actual.Work.Cells.Select(c => c.Id));
    }
}
