namespace Postern.Native.Paths;

/// <summary>
/// One way to compute what an <see cref="IFastPath"/> computes. Adding a way is one small class and its place in the path's list.
/// </summary>
public interface ICandidate
{
    /// <summary>One word, as <c>POSTERN_PATHS</c> and records name it, e.g. <c>avx2</c>.</summary>
    string Name { get; }

    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>Why it cannot be tried on this machine; null where it can.</summary>
    string? Unavailable => null;

    /// <summary>
    /// Why trying it may end the process; null where nothing is known against it. Such a way is tried last, and in another
    /// process.
    /// </summary>
    string? Danger => null;

    /// <summary>Puts it to use in this process, until another one of the same path is.</summary>
    void Take();
}
