using Json.Schema;
using Postern.Cli;
using Postern.Cli.Commands;
using Postern.Studies;
using Postern.Tests.Studies;
using SkiaSharp;

namespace Postern.Tests.Cli;

public sealed class InitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StringWriter errors = new();

    public static TheoryData<string> Templates => [.. InitCommand.Templates];

    public void Dispose()
    {
        folder.Dispose();
        errors.Dispose();
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_runs_as_written(string template)
    {
        string file = folder.File($"{template}.yaml");
        foreach (string picture in new[] { "train/cat/1", "train/dog/2", "test/cat/3", "test/dog/4" })
            WritePicture(folder.File($"pictures/{picture}.png"));
        Assert.Equal(0, Program.Run(["init", file, "--from", template], errors));
        Study study = StudyArguments.ReadFile(file, []);
        Assert.Equal((template, 0), (study.Name, study.Missing.Count));
        Assert.Equal(0, Program.Run(["run", file, "--dry-run", "--json", "--out", folder.File("runs")], errors));
        Assert.Equal("", errors.ToString());
        string[] lines = File.ReadAllLines(file);
        Assert.Equal(StudySchema.Line(StudySchema.File), lines[0]);
        Assert.True(lines.Count(l => l.Contains('#', StringComparison.Ordinal)) > 4);
        Assert.Contains(
            lines, l => l.Contains(FormattableString.Invariant($"{study.Cells.Count} cells"), StringComparison.Ordinal));
        var schema = JsonSchema.FromText(File.ReadAllText(folder.File(StudySchema.File)));
        Assert.True(schema.Evaluate(YamlJson.Element(YamlJson.Read(File.ReadAllText(file)))).IsValid);
    }

    [Fact]
    public void Nothing_is_written_over()
    {
        string file = folder.File("mine.yaml", "mine");
        Assert.Equal(2, Program.Run(["init", file], errors));
        Assert.Equal($"error: {file}: is there already; name another file\n", errors.ToString().ReplaceLineEndings("\n"));
        Assert.Equal("mine", File.ReadAllText(file));
    }

    private static void WritePicture(string path)
    {
        using var bitmap = new SKBitmap(40, 40);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, png.ToArray());
    }
}
