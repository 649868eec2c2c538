using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Configuration;

namespace Postern.Cli.Commands;

/// <summary>A command that lists a catalogue, or describes one entry of it: <c>postern defences [NAME] [--json]</c>.</summary>
/// <param name="All">The catalogue.</param>
/// <param name="Name">The command.</param>
/// <param name="Kind">What an entry is, for the help: <c>a defence</c>.</param>
/// <param name="Summary">What the command does.</param>
internal sealed record CatalogListing<T>(Catalog<T> All, string Name, string Kind, string Summary) where T : class, ICatalogEntry
{
    /// <summary>Lines to type.</summary>
    public required string[] Examples { get; init; }

    /// <summary>An entry as JSON.</summary>
    public required Func<T, object> Json { get; init; }

    /// <summary>Prints the table of all entries.</summary>
    public required Action List { get; init; }

    /// <summary>Prints what there is to say of one.</summary>
    public Action<T> Explain { get; init; } = OptionTable.Write;

    /// <summary>The command.</summary>
    public ShownCommand Create()
    {
        var name = new Argument<string?>("name") { Description = $"{Kind}, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => All.Select(e => e.Name));
        var json = new JsonOption();
        var command = new ShownCommand(Name, Summary, Examples) { name, json };
        command.SetAction(parsed =>
        {
            (string? wanted, bool asJson) = (parsed.GetValue(name), parsed.GetValue(json));
            T? entry = wanted is null ? null : All.Get(wanted, Name);
            if (asJson) JsonOutput.Write(entry is null ? All.Select(Json) : Json(entry));
            else if (entry is null) List();
            else Explain(entry);
            return ExitCode.Done;
        });
        return command;
    }
}
