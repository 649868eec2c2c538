using System.Globalization;

namespace Postern.Configuration;

/// <summary>
/// A named thing with every option's value resolved (the study's value or the default), immutable and ordered by key,
/// so that two equal choices have equal <see cref="Canonical"/> texts. Values are checked when it is made.
/// </summary>
public sealed class Choice
{
    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> written = new(StringComparer.Ordinal);
    private readonly string source;

    /// <summary>Resolves <paramref name="given"/> against <paramref name="entry"/>'s options.</summary>
    /// <param name="entry">What is chosen.</param>
    /// <param name="given">The values that differ from the defaults, by option name.</param>
    /// <param name="source">Who says so (file:line:column), for errors.</param>
    /// <exception cref="InputException">An unknown option or a value of the wrong kind or outside its range.</exception>
    public Choice(ICatalogEntry entry, IReadOnlyDictionary<string, string>? given = null, string? source = null)
    {
        this.source = source ?? entry.Name;
        Entry = entry;
        foreach (OptionInfo option in entry.Options) Set(option, option.Default);
        given ??= new Dictionary<string, string>();
        foreach ((string key, string value) in given)
        {
            OptionInfo option = entry.Options.FirstOrDefault(o => o.Name == key)
                ?? throw new InputException(this.source,
                    $"{entry.Name} has no option '{key}'{NearestName.Hint(key, entry.Options.Select(o => o.Name))}");
            Set(option, OptionValue.Check(option, value, this.source));
        }
        foreach (OptionInfo option in entry.Options)
        {
            if (option.Beside is DefaultBeside beside && !given.ContainsKey(option.Name) && IsSet(beside.Option))
                Set(option, beside.Default);
        }
    }

    /// <summary>What is chosen.</summary>
    public ICatalogEntry Entry { get; }

    /// <summary>The entry's name.</summary>
    public string Name => Entry.Name;

    /// <summary>Every option with its value, by name; a value that depends on the machine is what it stands for here.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>Name and every option, in one line: what decides the result. Two equal choices have equal texts.</summary>
    public string Canonical => $"{Name}({string.Join(";", values.Select(v => $"{v.Key}={v.Value}"))})";

    /// <summary>An option's value as it was written, <c>auto</c> for one that the machine decides.</summary>
    public string Written(string option) => written[option];

    /// <summary>The value of a <see cref="OptionKind.Integer"/> option.</summary>
    public int Integer(string option) => int.Parse(values[option], CultureInfo.InvariantCulture);

    /// <summary>The exact value of a <see cref="OptionKind.Number"/> option.</summary>
    public decimal Number(string option) => OptionValue.ParseNumber(values[option])!.Value;

    /// <summary>The value of a <see cref="OptionKind.Switch"/> option.</summary>
    public bool Switch(string option) => values[option] == "true";

    /// <summary>The value of a <see cref="OptionKind.Word"/> option.</summary>
    public string Word(string option) => values[option];

    /// <summary>The value of an <see cref="OptionKind.Integers"/> option.</summary>
    public int[] Integers(string option) =>
        [.. values[option].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => int.Parse(v, CultureInfo.InvariantCulture))];

    /// <summary>The path of a <see cref="OptionKind.File"/> option, or null where none is given.</summary>
    public string? File(string option) => values[option].Length == 0 ? null : values[option];

    /// <summary>What is chosen, as the kind of thing that the caller needs.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public T EntryAs<T>() where T : class, ICatalogEntry =>
        Entry as T ?? throw new InvalidOperationException($"{Name} is no {typeof(T).Name}");

    /// <summary>An error about one of this choice's options, naming where it was set.</summary>
    public InputException Error(string found) => new(source, found);

    private bool IsSet(string option) => written[option] != Entry.Options.First(o => o.Name == option).Default;

    private void Set(OptionInfo option, string value)
    {
        written[option.Name] = value;
        values[option.Name] = option.Resolve?.Invoke(value) ?? value;
    }
}
