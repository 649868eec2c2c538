using System.CommandLine;

namespace Postern.Cli.Json;

/// <summary>
/// <c>--json</c> of a listing command: standard output is one JSON value and nothing else; notes for people go to standard error.
/// </summary>
internal sealed class JsonOption : Option<bool>
{
    public JsonOption(string description = "print as JSON, for other programs") : base("--json") => Description = description;

    /// <summary>Whether the command has this option and it is given.</summary>
    public static bool IsGiven(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<JsonOption>().FirstOrDefault() is JsonOption json && parsed.GetValue(json);
}
