using System.CommandLine;

namespace Postern.Cli.Help;

/// <summary>A command that its help shows in use.</summary>
/// <param name="name">As it is typed.</param>
/// <param name="description">What it does, a sentence.</param>
/// <param name="examples">Lines to type, at least one, each with <c>postern</c> in front.</param>
internal sealed class ShownCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Lines to type, most useful first.</summary>
    public IReadOnlyList<string> Examples => examples;
}
