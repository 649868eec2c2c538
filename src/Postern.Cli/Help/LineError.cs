using System.CommandLine;
using System.CommandLine.Parsing;
using Postern.Configuration;

namespace Postern.Cli.Help;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class LineError
{
    /// <summary>
    /// The error, null where there is none: a word that is no command and no option, with the nearest name; what is missing; or
    /// what the parser says of a value.
    /// </summary>
    public static string? Of(ParseResult parsed) =>
        OfWord(parsed) ?? (parsed.Errors.Count == 0 ? null : OfMissing(parsed) ?? OfValue(parsed));

    private static string? OfWord(ParseResult parsed)
    {
        // What a shell asks about (a directive) is half typed.
        if (parsed.Tokens.Any(t => t.Type == TokenType.Directive)) return null;
        Command command = parsed.CommandResult.Command;
        string[] arguments =
            [.. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)];
        return OfOption(parsed, command, arguments) ?? OfCommand(parsed, command, arguments);
    }

    // The parser takes an unknown option for an argument where one may stand.
    private static string? OfOption(ParseResult parsed, Command command, IEnumerable<string> arguments)
    {
        if (parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash)) return null;
        string? word = arguments.Concat(parsed.UnmatchedTokens).FirstOrDefault(w => w.Length > 1 && w[0] == '-');
        if (word is null) return null;
        string typed = word.Split('=', ':')[0];
        return $"{Usage.PathOf(command)}: there is no option '{typed}'"
            + NearestName.Hint(typed, Usage.Shown(command).Select(o => o.Name));
    }

    private static string? OfCommand(ParseResult parsed, Command command, IReadOnlyList<string> arguments)
    {
        if (parsed.UnmatchedTokens.Count == 0) return null;
        string extra = parsed.UnmatchedTokens[0];
        string[] names = [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];
        string path = Usage.PathOf(command);
        if (names.Length == 0) return $"{path}: there is no place for '{extra}'; expected {Usage.Of(command)}";
        // 'models inf x.pth': the first word stands where a model's name may stand, too.
        string typed = arguments.Count > 0 ? arguments[0] : extra;
        if (command is RootCommand && Path.GetExtension(typed) is ".yaml" or ".yml")
            return $"there is no command '{typed}'; to run a study: postern run {typed}";
        return (command is RootCommand ? "" : $"{path}: ") + NearestName.Unknown("command", typed, names);
    }

    private static string? OfMissing(ParseResult parsed)
    {
        CommandResult result = parsed.CommandResult;
        Command command = result.Command;
        string path = Usage.PathOf(command);
        if (command.Action is null) return $"{path}: a command is missing; expected {Usage.Of(command)}, valid are "
            + string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        Option? empty = result.Children.OfType<OptionResult>()
            .FirstOrDefault(o => !o.Implicit && o.Tokens.Count < o.Option.Arity.MinimumNumberOfValues)?.Option;
        if (empty is not null) return $"{path}: {empty.Name} needs a value: {Usage.LabelOf(empty)}";
        string? missing =
            command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > (result.GetResult(a)?.Tokens.Count ?? 0))
                .Select(Usage.NameOf)
                .Concat(command.Options.Where(o => o.Required && result.GetResult(o) is not { Tokens.Count: > 0 })
                    .Select(Usage.LabelOf))
                .FirstOrDefault();
        return missing is null ? null : $"{path}: {missing} is missing; expected {Usage.Of(command)}";
    }

    // The parser lists what is allowed a line each.
    private static string OfValue(ParseResult parsed)
    {
        string path = Usage.PathOf(parsed.CommandResult.Command);
        string message = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return $"{path}: {message.TrimEnd('.')}; see '{path} --help'";
    }
}
