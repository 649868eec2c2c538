namespace Postern.Tests;

public class HouseTests
{
    /// <summary>The floors of src/Postern, top first: a folder uses only those before it.</summary>
    private static readonly string[] Floors =
    [
        "Native", "Configuration", "Imaging", "Datasets", "Models", "Training", "Learning", "Attacks", "Evaluation", "Defences",
        "Studies", "Reports",
    ];

    [Fact]
    public void Folders_use_only_the_floors_above_them()
    {
        string source = Path.Combine(SharedMaterial.RepositoryRoot, "src", "Postern");
        List<string> wrong = [];
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar)[0];
            if (folder is "bin" or "obj" || folder.EndsWith(".cs", StringComparison.Ordinal)) continue;
            int floor = Array.IndexOf(Floors, folder);
            Assert.True(floor >= 0, $"{folder} is not a floor of the house");
            wrong.AddRange(Floors.Skip(floor + 1)
                .Where(lower => File.ReadAllText(file).Contains($"Postern.{lower}", StringComparison.Ordinal))
                .Select(lower => $"{Path.GetRelativePath(source, file)} uses {lower}"));
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Unsafe_code_is_in_the_kernels_only()
    {
        IEnumerable<string> projects = Directory.EnumerateFiles(Path.Combine(SharedMaterial.RepositoryRoot, "src"), "*.csproj",
            SearchOption.AllDirectories);
        Assert.Equal(["Postern.Kernels.csproj"],
            projects.Where(p => File.ReadAllText(p).Contains("AllowUnsafeBlocks", StringComparison.Ordinal))
                .Select(Path.GetFileName));
    }
}
