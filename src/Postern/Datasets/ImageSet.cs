using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// One split of a dataset: square RGB pictures and labels by index. Reading is safe from several threads at once.
/// </summary>
public abstract class ImageSet : IDisposable
{
    /// <summary>A split with one label a picture.</summary>
    protected ImageSet(int size, int[] labels, IReadOnlyList<string> classNames)
    {
        (Size, Labels, ClassNames) = (size, labels, classNames);
    }

    /// <summary>Side of every picture that <see cref="Read(int, Span{byte})"/> gives, in pixels.</summary>
    public int Size { get; }

    /// <summary>The true class of each picture.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Names of the classes, by number.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many pictures.</summary>
    public int Count => Labels.Count;

    /// <summary>
    /// SHA-256 (hex) of what identifies the split's content: pixels and labels where they are in memory, otherwise names, sizes
    /// and labels.
    /// </summary>
    public abstract string Fingerprint { get; }

    /// <summary>Writes picture <paramref name="index"/> to <paramref name="pixels"/>, [3, Size, Size], 0..255.</summary>
    /// <exception cref="InputException">The picture cannot be decoded; the message names its file.</exception>
    public abstract void Read(int index, Span<byte> pixels);

    /// <summary>
    /// Writes at least <paramref name="part"/> of picture <paramref name="index"/>, as the whole picture has it to the bit; what
    /// else is written, and whether damage outside the part is noticed, is open. Saves work where pictures are decoded when they
    /// are read.
    /// </summary>
    /// <param name="index">Which picture.</param>
    /// <param name="part">The part that is needed, inside [Size, Size].</param>
    /// <param name="pixels">[3, Size, Size], 0..255.</param>
    /// <exception cref="InputException">The part cannot be decoded; the message names its file.</exception>
    public virtual void Read(int index, PixelBox part, Span<byte> pixels) => Read(index, pixels);

    /// <summary>Where picture <paramref name="index"/> comes from, for messages and poisoned-set listings.</summary>
    public virtual string NameOf(int index) => $"#{index}";

    /// <summary>Releases files that are held open.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
