using System.CommandLine;

namespace Postern.Cli.Commands;

/// <summary><c>postern data info PATH</c>: what lies there.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at datasets.") { Info() };

    private static Command Info()
    {
        var path = new Argument<string>("path") { Description = "folder or file of a dataset, or 'signs'" };
        var sheet = new Option<string?>("--sheet") { Description = "write a sheet of pictures of each class to this PNG" };
        var command = new Command("info", "Print layout, sizes and counts per class.") { path, sheet };
        return command;
    }
}
