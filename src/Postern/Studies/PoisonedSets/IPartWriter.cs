namespace Postern.Studies.PoisonedSets;

/// <summary>Writes one part of a poisoned set in some format.</summary>
internal interface IPartWriter : IDisposable
{
    /// <summary>Adds the encoded pictures from position <paramref name="start"/> on; calls come in order, without gaps.</summary>
    void Append(int start, byte[][] pictures);

    /// <summary>
    /// Where the picture at a position is found, relative to the set's folder: its file, or the file and <c>#</c> and its row.
    /// </summary>
    string NameOf(int position);

    /// <summary>Completes the part.</summary>
    /// <returns>Its files, relative to the set's folder with <c>/</c> between parts, and their SHA-256 in hex.</returns>
    IReadOnlyList<(string File, string Sha256)> Finish();
}
