using System.Collections.Concurrent;

namespace Postern.Attacks.Triggers;

/// <summary>
/// What is made once for each picture size and then kept: a trigger, a wave, a grid. Safe from several threads.
/// </summary>
/// <param name="make">What belongs to a size in pixels.</param>
internal sealed class PerSize<T>(Func<int, T> make)
{
    private readonly ConcurrentDictionary<int, Lazy<T>> made = new();

    /// <summary>What belongs to pictures of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    internal T At(int size) => made.GetOrAdd(size, static (s, make) => new Lazy<T>(() => make(s)), make).Value;
}
