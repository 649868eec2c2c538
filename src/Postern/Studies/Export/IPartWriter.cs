namespace Postern.Studies.Export;

/// <summary>A layout in which other tools read pictures.</summary>
internal interface IPartWriter
{
    /// <summary>Writes a part under <paramref name="folder"/>; the bytes do not depend on <paramref name="threads"/>.</summary>
    /// <param name="part">The pictures.</param>
    /// <param name="classNames">Names by class number.</param>
    /// <param name="folder">Where the set is written.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="written">Called with the number of pictures done since the last call.</param>
    /// <param name="cancel">Stops the writing.</param>
    void Write(ExportPart part, IReadOnlyList<string> classNames, string folder, int threads, Action<int> written, CancellationToken cancel);
}
