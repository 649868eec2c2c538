using System.CommandLine;
using System.Text;
using Postern.Cli.Help;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern init [FILE]</c>: a first study, commented, and the schema that an editor checks it by.</summary>
internal static class InitCommand
{
    private const string Resources = "Postern.Cli.Templates.";

    /// <summary>Names of the studies that it can write, the default first.</summary>
    public static IReadOnlyList<string> Templates { get; } = ["quickstart", "own-pictures", "paper-mini", "defences"];

    public static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Description = "study file to write; NAME.yaml after --from where it is not given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var from = new Option<string>("--from")
        {
            HelpName = "NAME",
            Description = "quickstart: attacks on drawn signs; own-pictures: a folder of pictures of your own; paper-mini: the paper's "
                + "table 1 in small; defences: what stops a backdoor",
            DefaultValueFactory = _ => Templates[0],
        };
        from.AcceptOnlyFromAmong([.. Templates]);
        var command = new ShownCommand("init", "Write a first study to edit, with comments.",
            "postern init", "postern init mine.yaml --from own-pictures")
        {
            file, from,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(from)!, path = parsed.GetValue(file) ?? $"{name}.yaml";
            if (Path.Exists(path)) throw new InputException(path, "is there already; name another file");
            string schema = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, StudySchema.File);
            AtomicFile.WriteText(path, $"{StudySchema.Line(StudySchema.File)}\n{Text(name)}");
            AtomicFile.WriteText(schema, StudySchema.Text(StudyArguments.Catalogs));
            AnsiConsole.MarkupLineInterpolated($"study: {path}");
            AnsiConsole.MarkupLineInterpolated($"schema for editors: {schema}");
            AnsiConsole.MarkupLineInterpolated($"next: postern run {path} --dry-run");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A template without its first line for editors.</summary>
    public static string Text(string template)
    {
        using Stream stream = typeof(InitCommand).Assembly.GetManifestResourceStream($"{Resources}{template}.yaml")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return string.Join('\n', reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(l => l.StartsWith("# yaml-language-server:", StringComparison.Ordinal)));
    }
}
