using Postern.Models.Checkpoints;
using Postern.Tests.Studies;
using static TorchSharp.torch;

namespace Postern.Tests.Cli;

/// <summary>What the commands write to a terminal and to a pipe.</summary>
[LongGroup("Long")]
public sealed class TerminalTests : IDisposable
{
    private const char Escape = '\u001b';
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Runs <c>postern</c> on a pseudo-terminal, as util-linux's script gives it.</summary>
    private static string OnTerminal(string noColor, params string[] args)
    {
        string command = string.Join(' ', args.Prepend(CommandProcess.Assembly).Prepend("dotnet").Select(a => $"'{a}'"));
        using CommandProcess process = CommandProcess.StartOther("script", ["-qc", command, "/dev/null"],
            new Dictionary<string, string>
            {
                ["TERM"] = "xterm-256color",
                ["NO_COLOR"] = noColor,
                ["COLUMNS"] = "120",
            });
        return process.Finish().Output;
    }

    private string[][] Commands(TinyStudy study)
    {
        string pictures = TinyPictures.Write(folder.Path), weights = folder.File("w.safetensors");
        AtomicFile.Write(weights, stream => SafeTensors.Write(stream, new Dictionary<string, Tensor> { ["a"] = zeros(2) }));
        return
        [
            ["--help"], ["rum"], ["doctor"], ["attacks"],
            ["attacks", "badnets", "--data", pictures, "--preview", folder.File("a.png")], ["models", "vim-mini"],
            ["models", "info", weights],
            ["presets", "paper-literal"], ["data", "info", pictures],
            ["figure", "2", "--data", pictures, "--out", folder.File("f.png")], ["completion", "bash"],
            ["poison", pictures, "--attack", "badnets", "--out", folder.File($"p{Guid.NewGuid():N}"), "--split", "test",
                "--format", "parquet"],
            ["run", study.Path, "--out", study.Runs(), "--dry-run"], ["run", study.Path, "--out", study.Runs()],
            ["report", study.Path, "--out", study.Runs()],
        ];
    }

    [Fact]
    public void With_no_color_nothing_but_text_goes_to_a_terminal()
    {
        using var study = new TinyStudy(epochs: 1, attacks: "[none]");
        Assert.All(Commands(study), args =>
        {
            string output = OnTerminal("1", args);
            Assert.NotEqual("", output);
            Assert.DoesNotContain(Escape, output);
        });
    }

    [Fact]
    public void With_redirected_output_nothing_but_text_is_written_even_on_a_build_server()
    {
        using var study = new TinyStudy(epochs: 1, attacks: "[none]");
        Assert.All(Commands(study), args =>
        {
            using CommandProcess process = CommandProcess.StartOther("dotnet", [CommandProcess.Assembly, .. args],
                new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["GITHUB_ACTIONS"] = "true" });
            (int code, string output, string errors) = process.Finish();
            Assert.Equal(args switch { ["rum"] => 2, ["models", "info", ..] => 1, _ => 0 }, code);
            Assert.NotEqual("", output + errors);
            Assert.DoesNotContain(Escape, output + errors);
        });
    }

    [Fact]
    public void A_terminal_gets_colours_and_bars_unless_it_asks_for_none()
    {
        using var study = new TinyStudy(epochs: 1, attacks: "[none]");
        Assert.Contains($"{Escape}[", OnTerminal("", "doctor"), StringComparison.Ordinal);
        Assert.Contains($"{Escape}[?25l", OnTerminal("", "run", study.Path, "--out", study.Runs()), StringComparison.Ordinal);
    }
}
