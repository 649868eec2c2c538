using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace Postern.Cli.Help;

/// <summary>How a command, its arguments and its options are written where they are explained.</summary>
internal static class Usage
{
    private const int FewChoices = 4;

    /// <summary>The command as it is typed: <c>postern models info</c>.</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is Command parent ? $"{PathOf(parent)} {command.Name}" : "postern";

    /// <summary>The command with what it cannot do without: <c>postern run STUDY [options]</c>.</summary>
    public static string Of(Command command) => string.Join(' ',
    [
        PathOf(command),
        .. command.Action is null ? new[] { "COMMAND" } : [],
        .. command.Arguments.Where(a => !a.Hidden).Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[{NameOf(a)}]" : NameOf(a)),
        .. Shown(command).Where(o => o.Required).Select(LabelOf),
        "[options]",
    ]);

    /// <summary>The options of a command and of those above it, without hidden ones; what every command has comes last.</summary>
    public static IEnumerable<Option> Shown(Command command) => Above(command)
        .SelectMany(c => c.Options.Where(o => !o.Hidden && (c == command || o.Recursive)))
        .OrderBy(o => o is HelpOption or VersionOption || o.Recursive);

    /// <summary><c>STUDY</c>.</summary>
    public static string NameOf(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    /// <summary><c>--out DIR</c>, or <c>-h, --help</c>.</summary>
    public static string LabelOf(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(a => a.StartsWith('-') && a != "-?").Append(option.Name));
        return option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? names : $"{names} {ValueOf(option)}";
    }

    /// <summary>What an option means, and its value where it is not given.</summary>
    public static string MeaningOf(Option option)
    {
        string value = option.HasDefaultValue && option.ValueType != typeof(bool) ? $"{option.GetDefaultValue()}" : "";
        return option.Description + (option.Required ? " (required)" : value.Length > 0 ? $" [default: {value}]" : "");
    }

    private static IEnumerable<Command> Above(Command command)
    {
        for (Command? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault()) yield return at;
    }

    private static string ValueOf(Option option)
    {
        if (option.HelpName is string name) return name;
        string[] choices = [.. option.GetCompletions(CompletionContext.Empty).Select(c => c.Label)];
        return choices.Length is > 1 and <= FewChoices ? string.Join('|', choices) : option.Name.TrimStart('-')
            .ToUpperInvariant();
    }
}
