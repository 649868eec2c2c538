using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Tests.Reports;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary>The Python of <c>docs/data.md</c> and of the notebook, run as it is written.</summary>
public partial class PythonLinesTests(SampleFixture sample) : IClassFixture<SampleFixture>
{
    private static readonly string Docs = Path.Combine(SharedMaterial.RepositoryRoot, "docs");

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [Fact]
    [LongGroup("Fault")]
    public void The_lines_of_the_page_print_a_row_for_each_model_and_attack()
    {
        string printed = Run(Block.Match(File.ReadAllText(Path.Combine(Docs, "data.md"))).Groups[1].Value);
        Assert.Contains("resnet-mini", printed, StringComparison.Ordinal);
        Assert.Contains("n=2", printed, StringComparison.Ordinal);
        Assert.Equal(3, printed.TrimEnd().Split('\n').Length);
    }

    [Fact]
    [LongGroup("Fault")]
    public void The_notebook_runs_from_top_to_bottom()
    {
        using JsonDocument notebook = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Docs, "results.ipynb")));
        string code = string.Join('\n', notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(c => c.GetProperty("cell_type").GetString() == "code")
            .SelectMany(c => c.GetProperty("source").EnumerateArray().Select(l => l.GetString()!.TrimEnd('\n')).Append("")));
        Assert.Contains("9 of 11 cells are done, of 1 studies", Run(code), StringComparison.Ordinal);
    }

    private string Run(string code)
    {
        using var folder = new TemporaryFolder();
        string postern = folder.File("bin/postern", $"#!/bin/sh\nexec dotnet '{CommandProcess.Assembly}' \"$@\"\n");
        if (OperatingSystem.IsWindows()) Assert.Skip("a program for the shell");
        else File.SetUnixFileMode(postern, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string script = $"import os\nos.chdir(r'{Path.GetDirectoryName(sample.RunsRoot)}')\n{code}";
        using CommandProcess python = CommandProcess.StartOther("python3", ["-c", script], new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.GetDirectoryName(postern)}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        (int exit, string output, string errors) = python.Finish();
        Assert.True(exit == 0, errors);
        return output;
    }
}
