namespace Postern.Datasets;

/// <summary>
/// How the pictures of a split are gone through before they are used (<see cref="ImageSet.Sweep(PictureSweep)"/>).
/// </summary>
public sealed record PictureSweep
{
    /// <summary>
    /// Whether each picture is decoded, unless an earlier sweep, here or in another command, has decoded the same content;
    /// otherwise only contents are found out.
    /// </summary>
    public bool Decodes { get; init; } = true;

    /// <summary>Threads that read and decode.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Hears how many pictures are done, of how many; from any thread, a few times a second.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Stops it; what was found out is kept.</summary>
    public CancellationToken Cancel { get; init; }
}

/// <summary>What a sweep found.</summary>
/// <param name="Count">Pictures that were gone through.</param>
/// <param name="Decoded">How many of them had to be decoded for it.</param>
/// <param name="Unreadable">Those that cannot be read or decoded, in the split's order.</param>
public sealed record SweptPictures(int Count, int Decoded, IReadOnlyList<UnreadablePicture> Unreadable);

/// <summary>A picture that cannot be read or decoded.</summary>
/// <param name="Index">Its index in the split.</param>
/// <param name="Name">Where it comes from (<see cref="ImageSet.NameOf"/>).</param>
/// <param name="Error">What is wrong, with the file's path, in one line.</param>
public sealed record UnreadablePicture(int Index, string Name, string Error);
