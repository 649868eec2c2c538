namespace Postern.Studies;

/// <summary>Where a piece of a study comes from.</summary>
/// <param name="Where"><c>FILE:LINE:COLUMN</c>, or the <c>--set</c> text: how errors about it begin.</param>
/// <param name="Folder">What relative paths in it are relative to.</param>
internal sealed record NodeSource(string Where, string Folder)
{
    /// <summary>An error about this place.</summary>
    public InputException Error(string found) => new(Where, found);
}

/// <summary>A piece of a study file, with its place.</summary>
internal abstract record StudyNode(NodeSource At)
{
    /// <summary>What it is, for errors that expected something else.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value, as text.</summary>
internal sealed record ScalarNode(NodeSource At, string Text, bool IsNull) : StudyNode(At)
{
    /// <summary>Whether it is the value of a <c>--set</c>, where commas may part several values.</summary>
    public bool FromCommandLine { get; init; }

    public override string Kind => IsNull ? "empty" : $"'{Text}'";
}

/// <summary>A list.</summary>
internal sealed record ListNode(NodeSource At, IReadOnlyList<StudyNode> Items) : StudyNode(At)
{
    public override string Kind => Items.Count == 0 ? "an empty list" : "a list";
}

/// <summary>Keys with their values, in the file's order; keys are unique.</summary>
internal sealed record MapNode(NodeSource At, IReadOnlyList<MapEntry> Entries) : StudyNode(At)
{
    public override string Kind => "a map of keys";

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public StudyNode? this[string key] => Entries.FirstOrDefault(e => e.Key == key)?.Value;
}

/// <summary>A key, its place and its value.</summary>
internal sealed record MapEntry(NodeSource At, string Key, StudyNode Value);
