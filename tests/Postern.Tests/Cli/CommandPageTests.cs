using System.CommandLine;
using System.Text.RegularExpressions;
using Postern.Cli;

namespace Postern.Tests.Cli;

/// <summary><c>docs/commands.md</c> against the program.</summary>
public partial class CommandPageTests
{
    private static readonly string Root = SharedMaterial.RepositoryRoot;
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "commands.md"));

    [GeneratedRegex(@"^\| `postern ((?:[a-z]+ ?)+)", RegexOptions.Multiline)]
    private static partial Regex CommandRow { get; }

    [GeneratedRegex("""GetEnvironmentVariable\("([A-Z_]+)"\)""")]
    private static partial Regex VariableRead { get; }

    [GeneratedRegex(@"^\| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex VariableRow { get; }

    [Fact]
    public void The_page_has_a_row_for_each_command_and_no_other()
    {
        string[] rows = [.. CommandRow.Matches(Page).Select(m => m.Groups[1].Value.Trim())];
        // "completion bash|zsh" names the first of its choices, too.
        Assert.Equal(Runnable(Program.Commands(), "").Order(StringComparer.Ordinal),
            rows.Select(r => r == "completion bash" ? "completion" : r).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_readme_names_each_command()
    {
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        Assert.All(Runnable(Program.Commands(), ""),
            command => Assert.Contains($"\npostern {command}", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_shows_the_json_of_each_command_that_prints_it()
    {
        string[] with =
            [.. All(Program.Commands(), "").Where(c => c.Command.Options.Any(o => o.Name == "--json")).Select(c => c.Path)];
        Assert.Contains("models info", with);
        Assert.All(with, path => Assert.Matches($"`postern {path}[^`]* ?--json`", Page));
    }

    [Fact]
    public void The_page_has_a_row_for_each_environment_variable_that_is_read()
    {
        string[] read = [.. new[] { "src", "tests" }
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => VariableRead.Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct()
            .Where(v => v != "PATH")];
        Assert.Contains("NO_COLOR", read);
        Assert.Empty(read.Except(VariableRow.Matches(Page).Select(m => m.Groups[1].Value)));
    }

    [Fact]
    public void The_page_has_a_row_for_each_exit_code()
    {
        object[] codes = [.. typeof(ExitCode).GetFields().Select(f => f.GetRawConstantValue()!)];
        Assert.Equal(4, codes.Length);
        Assert.All(codes, code => Assert.Contains($"\n| {code} | ", Page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Runnable(Command command, string path) =>
        All(command, path).Where(c => c.Command.Action is not null).Select(c => c.Path);

    private static IEnumerable<(string Path, Command Command)> All(
        Command command, string path) => command.Subcommands.SelectMany(sub =>
    {
        string name = $"{path} {sub.Name}".TrimStart();
        return All(sub, name).Prepend((name, sub));
    });
}
