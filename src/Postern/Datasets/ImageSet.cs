using System.Security.Cryptography;
using System.Text;
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
    /// SHA-256 (hex) of what identifies the split's content: labels, and pixels where they are in memory, otherwise the bytes of
    /// the files and how they are decoded. Files are read for it unless their contents are known.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public abstract string Fingerprint { get; }

    /// <summary>
    /// The fingerprint that records have from before contents counted, of names, sizes and labels; null where it was of pixels
    /// already. Equal ones do not mean equal pictures.
    /// </summary>
    /// <exception cref="InputException">A file is missing.</exception>
    public virtual string? FormerFingerprint => null;

    /// <summary>The <see cref="Fingerprint"/> of some of the pictures as a split of their own.</summary>
    /// <param name="indices">Which, in order.</param>
    public virtual string FingerprintOf(IReadOnlyList<int> indices) => FingerprintOf(Fingerprint, indices);

    /// <summary>The <see cref="FormerFingerprint"/> of some of the pictures as a split of their own.</summary>
    public string? FormerFingerprintOf(IReadOnlyList<int> indices) =>
        FormerFingerprint is string whole ? FingerprintOf(whole, indices) : null;

    /// <summary>Goes through all pictures, see <see cref="Sweep(IReadOnlyList{int}, PictureSweep)"/>.</summary>
    public SweptPictures Sweep(PictureSweep sweep) => Sweep([.. Enumerable.Range(0, Count)], sweep);

    /// <summary>
    /// Goes through pictures that are decoded when they are read, and finds those that cannot be; pictures in memory are decoded.
    /// </summary>
    /// <param name="indices">Which.</param>
    /// <param name="sweep">How.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public virtual SweptPictures Sweep(IReadOnlyList<int> indices, PictureSweep sweep) => new(indices.Count, 0, []);

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

    private static string FingerprintOf(string whole, IReadOnlyList<int> indices) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{whole}:{string.Join(",", indices)}")));
}
