using System.CommandLine;
using Postern.Cli;
using Postern.Cli.Help;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

public class HelpTests
{
    private static (int Code, string Output, string Errors) Run(params string[] args)
    {
        using StringWriter output = new(), errors = new();
        TextWriter before = Console.Out;
        Console.SetOut(output);
        try
        {
            return (Program.Run(args, errors), output.ToString(), errors.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    private static IEnumerable<Command> All(Command command) =>
        command.Subcommands.SelectMany(sub => All(sub).Prepend(sub));

    private static string[] WordsOf(Command command) => Usage.PathOf(command).Split(' ')[1..];

    [Fact]
    public void Every_command_shows_lines_to_try_that_the_parser_takes()
    {
        RootCommand root = Program.Commands();
        Assert.All(All(root), command =>
        {
            ShownCommand shown = Assert.IsType<ShownCommand>(command);
            Assert.NotEmpty(shown.Examples);
            Assert.All(shown.Examples, example =>
            {
                int start = example.IndexOf("postern ", StringComparison.Ordinal);
                Assert.StartsWith(Usage.PathOf(command), example[start..], StringComparison.Ordinal);
                string line = example[(start + "postern ".Length)..].TrimEnd('"', ')');
                Assert.Null(LineError.Of(root.Parse(line)));
            });
        });
    }

    [Fact]
    public void Every_page_fits_80_columns_and_calls_the_program_postern()
    {
        RootCommand root = Program.Commands();
        Assert.All(All(root).Prepend(root), command =>
        {
            (int code, string output, string errors) = Run([.. WordsOf(command), "--help"]);
            Assert.Equal((0, ""), (code, errors));
            Assert.Contains(Usage.PathOf(command), output, StringComparison.Ordinal);
            Assert.DoesNotContain("Postern.Cli", output, StringComparison.Ordinal);
            Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, HelpPage.Width));
        });
    }

    [Fact]
    public void Every_page_names_each_argument_and_option_that_is_not_hidden()
    {
        Assert.All(All(Program.Commands()), command =>
        {
            string output = Run([.. WordsOf(command), "--help"]).Output;
            Assert.All(command.Options, o => Assert.Equal(!o.Hidden, output.Contains($"{o.Name} ", StringComparison.Ordinal)));
            Assert.All(command.Arguments, a => Assert.Contains(Usage.NameOf(a), output, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Postern_alone_and_help_show_every_command_in_groups_with_two_examples()
    {
        (int code, string output, string errors) = Run();
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(output, Run("help").Output);
        Assert.All(Program.Commands().Subcommands, c => Assert.Contains($"\n  {c.Name} ", output, StringComparison.Ordinal));
        Assert.Contains("\nStudies\n", output, StringComparison.Ordinal);
        Assert.Equal(2, output[output.IndexOf("\nExamples\n", StringComparison.Ordinal)..].Split("  postern ").Length - 1);
    }

    [Fact]
    public void Help_of_a_command_is_its_page() =>
        Assert.Equal(Run("models", "info", "--help"), Run("help", "models", "info"));

    [Theory]
    [InlineData("rum", "there is no command 'rum'; did you mean 'run'?")]
    [InlineData("dataset", "there is no command 'dataset'; did you mean 'datasets'?")]
    [InlineData("xyzzy", "there is no command 'xyzzy'; valid are init")]
    [InlineData("quick.yaml", "there is no command 'quick.yaml'; to run a study: postern run quick.yaml")]
    [InlineData("models inf x.pth", "postern models: there is no command 'inf'; did you mean 'info'?")]
    [InlineData("data inf x", "postern data: there is no command 'inf'; did you mean 'info'?")]
    [InlineData("data", "postern data: a command is missing; ")]
    [InlineData("help rub", "postern: there is no command 'rub'; did you mean 'run'?")]
    [InlineData("run --dry-rum", "postern run: there is no option '--dry-rum'; did you mean '--dry-run'?")]
    [InlineData("run x.yaml --theads=2", "postern run: there is no option '--theads'; did you mean '--threads'?")]
    [InlineData("attacks --jsn", "postern attacks: there is no option '--jsn'; did you mean '--json'?")]
    [InlineData("run x.yaml --as-jobs", "postern run: there is no option '--as-jobs'; did you mean '--jobs'?")]
    [InlineData("run", "postern run: STUDY is missing; expected postern run STUDY [options]")]
    [InlineData("poison signs --out x", "postern poison: --attack NAME is missing; ")]
    [InlineData("run x.yaml --set", "postern run: --set needs a value: --set KEY=VALUE")]
    [InlineData("poison signs --attack badnets --out", "postern poison: --out needs a value: --out FOLDER")]
    [InlineData("doctor now", "postern doctor: there is no place for 'now'; expected postern doctor [options]")]
    [InlineData("run x.yaml --jobs few", "postern run: --jobs must be a number from 1, or auto; see 'postern run --help'")]
    public void A_wrong_line_is_told_with_the_nearest_name(string line, string expected)
    {
        (int code, string output, string errors) = Run(line.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"error: {expected}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
    }

    [Fact]
    public void After_two_dashes_a_word_is_no_option() => Assert.Equal(
        "error: --dry-rum: there is no such file or folder", Run("data", "info", "--", "--dry-rum").Errors);

    [Fact]
    [LongGroup("Long")]
    public void A_learned_attack_is_not_trained_for_a_preview_that_did_not_ask_for_it()
    {
        using var folder = new TemporaryFolder();
        (int code, _, string errors) =
            Run("attacks", "issba", "--preview", folder.File("x.png"), "--out", folder.File("runs"));
        Assert.Equal(2, code);
        Assert.Contains("give --prepare to train it", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("x.png")));
    }
}
