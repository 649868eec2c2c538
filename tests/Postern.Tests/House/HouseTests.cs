using System.Globalization;

namespace Postern.Tests.House;

/// <summary>The order of the house: what stands on what, and that nothing leans on each other.</summary>
public class HouseTests
{
    /// <summary>The floors of src/Postern, lowest first: a folder uses only itself and those before it.</summary>
    private static readonly string[] Floors =
    [
        "Errors", "Files", "Native", "Configuration", "Imaging", "Datasets", "Models", "Training", "Learning",
        "Attacks", "Evaluation", "Probes",
        "Defences", "Studies", "Reports",
    ];

    /// <summary>
    /// Files that all use each other, by name without folder, that are still there. The list only ever gets shorter: one that is
    /// no circle any more fails the test.
    /// </summary>
    private static readonly string[] FileCircles =
    [
        "ArtifactCache, PreparationContext",
        "BatchLoader, PairedPasses, SampleWriter",
        "CausalConv, CausalConvReference",
        "CellOpening, OpenCell",
        "ChartLegend, LineChart",
        "ClaimReader, PublishedFile, PublishedValues",
        "IInputDetector, Inspection",
        "ProductPath, TokenProducts",
        "ScanCall, ScanCoefficient",
        "TorchRuntime, TorchSwitches",
    ];

    /// <summary>Folders that all use each other and are still there, as <see cref="FileCircles"/>.</summary>
    private static readonly string[] FolderCircles =
    [
        "Postern.Cli/Commands, Postern.Cli/Json",
        "Postern/Defences, Postern/Defences/Detectors, Postern/Defences/Filters, Postern/Defences/Repairs, Postern/Defences/Scans, "
            + "Postern/Defences/Sites, Postern/Defences/TrainingRules, Postern/Defences/Transforms",
        "Postern/Models, Postern/Models/Layers, Postern/Models/Ops",
        "Postern/Native, Postern/Native/Paths",
        "Postern/Studies/Reading, Postern/Studies/Work",
    ];

    private static readonly Lazy<UseGraph> Library = new(() => CompiledSources.Of("Postern").Graph);

    private static readonly Lazy<UseGraph> Everything = new(() => new[] { "Postern.Kernels", "Postern", "Postern.Cli" }
        .Select(project => CompiledSources.Of(project).Graph.By(file => $"{project}/{file}"))
        .Aggregate((all, next) => new UseGraph([.. all.Nodes, .. next.Nodes], [.. all.Uses, .. next.Uses])));

    [Fact]
    public void Every_source_is_seen()
    {
        string source = Path.Combine(SharedMaterial.RepositoryRoot, "src");
        IEnumerable<string> written = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(source, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"));
        Assert.Equal(written.Order(StringComparer.Ordinal), Everything.Value.Nodes);
    }

    [Fact]
    public void Every_file_of_the_library_has_a_room() =>
        Assert.All(Library.Value.Nodes, file => Assert.Contains(Room(file), Floors));

    [Fact]
    public void Folders_use_only_the_floors_beneath_them()
    {
        Assert.Empty(from use in Library.Value.Uses
                     where Array.IndexOf(Floors, Room(use.To)) > Array.IndexOf(Floors, Room(use.From))
                     select $"{use.From} uses {use.To}");
    }

    [Fact]
    public void Files_do_not_use_each_other_in_a_circle() =>
        AssertOnly(FileCircles, Everything.Value, file => Path.GetFileNameWithoutExtension(file));

    [Fact]
    public void Folders_do_not_use_each_other_in_a_circle() =>
        AssertOnly(FolderCircles, Everything.Value.By(file => file[..file.LastIndexOf('/')]), folder => folder);

    [Fact]
    public void Unsafe_code_is_in_the_kernels_only()
    {
        IEnumerable<string> projects =
            Directory.EnumerateFiles(Path.Combine(SharedMaterial.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(["Postern.Kernels.csproj"],
            projects.Where(p => File.ReadAllText(p).Contains("AllowUnsafeBlocks", StringComparison.Ordinal))
                .Select(Path.GetFileName));
    }

    [Fact]
    public void Lines_end_at_the_column_that_editorconfig_states()
    {
        string root = SharedMaterial.RepositoryRoot;
        int most = File.ReadLines(Path.Combine(root, ".editorconfig"))
            .Where(l => l.StartsWith("max_line_length", StringComparison.Ordinal))
            .Select(l => int.Parse(l.Split('=')[1], CultureInfo.InvariantCulture)).Single();
        // A text or a piece of a page that reads better whole may run over, never code nor comments.
        Assert.Empty(from folder in new[] { "src", "tests", "bench" }
                     from file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
                     where !file.Split('/', '\\').Any(part => part is "bin" or "obj")
                     from line in File.ReadLines(file).Index()
                     where line.Item.Length > most
                         && (line.Item.Length > 250 || line.Item.IndexOf('"', StringComparison.Ordinal) < 0)
                     select $"{Path.GetRelativePath(root, file)}:{line.Index + 1} has {line.Item.Length} columns");
    }

    /// <summary>The first folder of a path; the file itself where it lies in none.</summary>
    private static string Room(string file) => file.Split('/')[0];

    private static void AssertOnly(string[] known, UseGraph graph, Func<string, string> shown)
    {
        string[] circles =
            [.. graph.Circles().Select(circle => string.Join(", ", circle.Select(shown).Order(StringComparer.Ordinal)))];
        string[] added = [.. circles.Except(known)], gone = [.. known.Except(circles)];
        Assert.True(added.Length + gone.Length == 0,
            $"not in the list:\n{string.Join('\n', added)}\nno circle any more, take it out of the "
                + $"list:\n{string.Join('\n', gone)}");
    }
}
