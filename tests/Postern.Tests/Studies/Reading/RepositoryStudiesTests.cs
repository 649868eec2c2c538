using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>The studies that come with Postern.</summary>
public class RepositoryStudiesTests
{
    private static string Folder => Path.Combine(SharedMaterial.RepositoryRoot, "studies");

    public static TheoryData<string> Files =>
    [
        .. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f))
            .Where(f => Path.GetFileName(f) != "published.yaml" && !f.EndsWith("claims.yaml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_study_reads_and_begins_with_what_it_is(string file)
    {
        string path = Path.Combine(Folder, file);
        Study study = StudyArguments.ReadFile(path, [], planOnly: true);
        Assert.NotEmpty(study.Cells);
        Assert.Equal(study.Cells.Count, study.Cells.Select(c => c.Id).Distinct().Count());
        Assert.Contains(File.ReadLines(path).TakeWhile(l => l.StartsWith('#')),
            l => l.Contains("cells", StringComparison.Ordinal));
    }
}
