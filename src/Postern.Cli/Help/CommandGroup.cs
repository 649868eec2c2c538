using System.CommandLine;

namespace Postern.Cli.Help;

/// <summary>Commands that belong together in the overview.</summary>
/// <param name="Title">What they are about.</param>
/// <param name="Commands">In the order of a newcomer's use.</param>
internal sealed record CommandGroup(string Title, IReadOnlyList<Command> Commands);
