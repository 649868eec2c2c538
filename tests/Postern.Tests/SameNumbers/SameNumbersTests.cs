using Postern.Kernels;
using Postern.Tests.Cli;
using Postern.Tests.OldRuns;
using Postern.Tests.Studies;

namespace Postern.Tests.SameNumbers;

/// <summary>
/// A change that should alter no number alters none: small cells of every model family, attack, defence and way of training end,
/// bit for bit, as they were recorded on this kind of processor.
/// </summary>
[LongGroup("Numbers")]
public class SameNumbersTests
{
    private static readonly string Folder =
        Path.Combine(SharedMaterial.RepositoryRoot, "tests", "Postern.Tests", "SameNumbers", "studies");

    [Theory]
    [InlineData("attacks", 17)]
    [InlineData("bf16", 4)]
    [InlineData("defences", 20)]
    [InlineData("families", 10)]
    [InlineData("interrupted", 1)]
    [InlineData("pretraining", 18)]
    [InlineData("recipe", 4)]
    [InlineData("sgd", 1)]
    public void Cells_end_with_the_recorded_bits(string study, int cells)
    {
        if (study == "bf16" && !CpuFeatures.Current.HasBfloat16) Assert.Skip("this processor does not multiply bfloat16");
        using var folder = new TemporaryFolder();
        string file = study == "interrupted" ? OldRunsTests.StudyFile(study) : Path.Combine(Folder, $"{study}.yaml");
        using (CommandProcess run = CommandProcess.Start("run", file, "--out", folder.Path, "--threads", "2"))
        {
            (int code, _, string errors) = run.Finish();
            Assert.True(code == 0, errors);
        }
        var measured = new CellHashes();
        foreach (string cell in Directory.GetDirectories(Path.Combine(folder.Path, study)))
            if (File.Exists(Path.Combine(cell, "result.json"))) measured[Path.GetFileName(cell)] = CellNumbers.Of(cell);
        Assert.Equal(cells, measured.Count);
        string learned = Path.Combine(folder.Path, ".ingredients");
        foreach (string part in Directory.Exists(learned) ? Directory.GetDirectories(learned) : [])
            measured[Path.GetRelativePath(folder.Path, part)] = CellNumbers.OfTensorFiles(part);
        NumberRecord.Compare(study, measured);
    }
}
