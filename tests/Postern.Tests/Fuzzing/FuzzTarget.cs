using Postern.Tests.Studies;

namespace Postern.Tests.Fuzzing;

/// <summary>A reader, and files that it reads.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Lay">Lays good files into a folder and returns the paths of those to be changed.</param>
/// <param name="Read">Reads what lies in the folder; the path is the changed file's.</param>
internal sealed record FuzzTarget(string Name, Func<TemporaryFolder, string[]> Lay, Action<TemporaryFolder, string> Read)
{
    /// <summary>
    /// Takes a checksum out of a changed file, so that what lies behind it is reached; null where there is none.
    /// </summary>
    public Func<byte[], byte[]>? WithoutChecksum { get; init; }

    public override string ToString() => Name;
}
