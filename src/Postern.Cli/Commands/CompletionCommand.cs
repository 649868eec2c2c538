using System.CommandLine;
using Postern.Cli.Help;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern completion bash|zsh|fish|powershell</c>: a script that makes the shell ask this program, through the parser's
/// <c>[suggest]</c> directive, what may follow.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = "postern.bash",
        ["zsh"] = "postern.zsh",
        ["fish"] = "postern.fish",
        ["powershell"] = "postern.ps1",
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = string.Join(", ", Scripts.Keys) };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new ShownCommand("completion", "Print a script that completes commands, options and names in a shell.",
            "eval \"$(postern completion bash)\"")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            using Stream script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(
                $"Postern.Cli.Completion.{Scripts[parsed.GetValue(shell)!]}")!;
            using Stream output = Console.OpenStandardOutput();
            script.CopyTo(output);
            return ExitCode.Done;
        });
        return command;
    }
}
