namespace Postern.Attacks.Triggers;

/// <summary>A trigger at any size: drawn, or from a file. Each size is made once; safe from several threads.</summary>
/// <param name="make">The trigger of a size in pixels.</param>
public sealed class TriggerSource(Func<int, PatchTrigger> make)
{
    private readonly PerSize<PatchTrigger> triggers = new(make);
    private readonly TriggerPicture? file;

    private TriggerSource(TriggerPicture file) : this(file.At) => this.file = file;

    /// <summary>The trigger for pictures of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    /// <exception cref="InputException">The trigger of a file reaches out of such pictures.</exception>
    public PatchTrigger At(int size) => triggers.At(size);

    /// <summary>
    /// What may surprise about the trigger in pictures of a size, a sentence each; nothing of a drawn one.
    /// </summary>
    /// <exception cref="InputException">The trigger of a file reaches out of such pictures.</exception>
    public IReadOnlyList<string> NotesAt(int size) => file?.NotesAt(size) ?? [];

    /// <summary>
    /// Whether the file at <paramref name="path"/> is a picture with transparent pixels, which mask it; no if it is none.
    /// </summary>
    public static bool HasAlpha(string path) => TriggerPicture.HasAlpha(path);

    /// <summary>The picture of a file, covering everything but its transparent pixels.</summary>
    /// <exception cref="InputException">The file cannot be read or is no picture.</exception>
    public static TriggerSource Whole(string path) => new(new TriggerPicture(path, null, patch: false, TriggerPlace.Whole));

    /// <summary>
    /// The picture of a file with a mask: the first channel of <paramref name="maskPath"/>, else its alpha where it is not
    /// opaque, else 1 where the picture, at the size in question, has any channel above 0.
    /// </summary>
    /// <param name="path">The picture.</param>
    /// <param name="maskPath">The mask; null for none.</param>
    /// <param name="place">Where it stands and how large; null for the whole picture.</param>
    /// <exception cref="InputException">A file cannot be read or is no picture, the mask is zero everywhere, or a lossy file
    /// serves as a patch or mask.</exception>
    public static TriggerSource Masked(string path, string? maskPath, TriggerPlace? place = null) =>
        new(new TriggerPicture(path, maskPath, patch: true, place ?? TriggerPlace.Whole));
}
