using System.Globalization;
using Postern.Attacks;
using Postern.Models;
using Postern.Tests.Studies;
using Postern.Training.Recipes;

namespace Postern.Tests.Cli;

[LongGroup("Long")]
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string[] Suggested(string line)
    {
        using CommandProcess process =
            CommandProcess.Start(string.Create(CultureInfo.InvariantCulture, $"[suggest:{line.Length}]"), line);
        (int code, string output, string errors) = process.Finish();
        Assert.Equal((0, ""), (code, errors));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("att", "attacks")]
    [InlineData("models ", "info,convert,resnet18,vim-cifar")]
    [InlineData("models info x.pth --model ", "deit-tiny,vim-small")]
    [InlineData("poison signs --format ", "imagefolder,parquet")]
    [InlineData("presets quick --dataset ", "cifar10,gtsrb,imagenet,signs")]
    [InlineData("run study.yaml --d", "--dry-run")]
    [InlineData("run study.yaml --jobs ", "auto")]
    [InlineData("run study.yaml --p", "--profile")]
    [InlineData("completion ", "bash,zsh,fish,powershell")]
    public void The_program_suggests_what_may_follow(string line, string expected) =>
        Assert.Empty(expected.Split(',').Except(Suggested(line)));

    [Fact]
    public void What_the_program_says_to_itself_is_not_suggested() =>
        Assert.Equal(["--jobs"], Suggested("run study.yaml --").Where(o => o.Contains("job", StringComparison.Ordinal)));

    [Fact]
    public void Every_attack_model_and_preset_is_suggested_where_one_is_named()
    {
        Assert.Equal(AttackCatalog.All.Select(a => a.Name).Order(StringComparer.Ordinal),
            Suggested("poison signs --attack ").Order(StringComparer.Ordinal));
        Assert.Equal(ModelCatalog.All.Select(m => m.Name).Order(StringComparer.Ordinal),
            Suggested("presets quick --model ").Order(StringComparer.Ordinal));
        Assert.Empty(AttackCatalog.All.Select(a => a.Name).Except(Suggested("attacks ")));
        Assert.Empty(PresetCatalog.All.Select(p => p.Name).Except(Suggested("presets ")));
    }

    /// <summary>What a shell would show for the lines, one a line, words parted by blanks.</summary>
    private string[] InShell(string shell, string script, IReadOnlyList<string> switches, string tail, params string[] lines)
    {
        string program = folder.File("postern", $"#!/bin/sh\nexec dotnet '{CommandProcess.Assembly}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string file = folder.File("try", $"{script}\n{string.Join('\n', lines.Select(l => $"show '{l}'"))}\n{tail}\n");
        using CommandProcess process = CommandProcess.StartOther(shell, [.. switches, file], new Dictionary<string, string>
        {
            ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        (int code, string output, string errors) = process.Finish();
        Assert.Equal((0, ""), (code, errors));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim())];
    }

    [Fact]
    public void Bash_completes_commands_options_and_names_and_leaves_files_to_itself()
    {
        const string Harness = """
            eval "$(postern completion bash)"
            show() {
                COMP_LINE="$1" COMP_POINT=${#1}
                _postern postern "${1##* }" ''
                echo "[${COMPREPLY[*]}]"
            }
            """;
        Assert.Equal(["[attacks]", "[badnets blend]", "[]", "[--dry-run]", "[bash fish powershell zsh]",
            "complete -o bashdefault -o default -F _postern postern"],
            InShell("bash", Harness, ["--norc"], "complete -p postern", "postern att", "postern poison signs --attack b",
                "postern run ", "postern run x.yaml --d", "postern completion "));
    }

    [Fact]
    public void Fish_completes_commands_options_and_names_and_leaves_files_to_itself()
    {
        string study = folder.File("my-study.yaml", "");
        const string Harness = """
            postern completion fish | source
            function show; echo "["(complete -C $argv[1])"]"; end
            """;
        Assert.Equal(["[attacks]", "[badnets] [blend]", "[--dry-run]", $"[{study}]"],
            InShell("fish", Harness, ["--no-config"], "", "postern att", "postern poison signs --attack b",
                "postern run x.yaml --d", $"postern run {folder.Path}/my-"));
    }

    [Fact]
    public void Zsh_completes_commands_options_and_names_and_leaves_files_to_itself()
    {
        // Outside of its line editor zsh has neither these functions nor values for these variables.
        const string Harness = """
            compdef() { : }
            compadd() { shift; print -r -- "[${(M)@:#$PREFIX*}]" }
            _files() { print files }
            eval "$(postern completion zsh)"
            show() {
                words=("${(@s: :)1}") CURRENT=$#words PREFIX=${words[-1]}
                _postern
            }
            """;
        Assert.Equal(["[attacks]", "[badnets blend]", "files", "[--dry-run]", "[bash fish powershell zsh]"],
            InShell("zsh", Harness, ["-f"], "", "postern att", "postern poison signs --attack b", "postern run ",
                "postern run x.yaml --d", "postern completion "));
    }
}
