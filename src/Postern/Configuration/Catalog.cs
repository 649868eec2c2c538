using System.Collections;

namespace Postern.Configuration;

/// <summary>Things of one kind that a study can name, in the order of listings; names are unique.</summary>
/// <typeparam name="T">Their type.</typeparam>
public interface ICatalog<out T> : IReadOnlyList<T> where T : class, ICatalogEntry
{
    /// <summary>What each is, singular: <c>dataset</c>, <c>model</c>, <c>attack</c>, <c>defence</c> or <c>preset</c>.</summary>
    string Kind { get; }

    /// <summary>The entry called <paramref name="name"/>, or null where there is none.</summary>
    T? Find(string name);

    /// <summary>The entry called <paramref name="name"/>.</summary>
    /// <param name="name">As it was typed.</param>
    /// <param name="source">Who names it, for the error.</param>
    /// <exception cref="InputException">There is none; the message names the nearest.</exception>
    T Get(string name, string source);
}

/// <inheritdoc cref="ICatalog{T}"/>
/// <param name="kind">What each is, singular.</param>
/// <param name="entries">In the order of listings.</param>
public sealed class Catalog<T>(string kind, IReadOnlyList<T> entries) : ICatalog<T> where T : class, ICatalogEntry
{
    private readonly Dictionary<string, T> byName = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Kind => kind;

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public T this[int index] => entries[index];

    /// <inheritdoc/>
    public T? Find(string name) => byName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public T Get(string name, string source) =>
        Find(name) ?? throw new InputException(source, NearestName.Unknown(kind, name, entries.Select(e => e.Name)));

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
