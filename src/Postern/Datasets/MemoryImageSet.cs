using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Postern.Datasets;

/// <summary>A split whose pictures lie decoded in one contiguous block.</summary>
public sealed class MemoryImageSet : ImageSet
{
    private readonly byte[] pixels;
    private readonly Func<int, string>? nameOf;
    private readonly Lazy<string> fingerprint;

    /// <summary>Takes over <paramref name="pixels"/> and <paramref name="labels"/>.</summary>
    /// <param name="size">Side of every picture.</param>
    /// <param name="pixels">[N, 3, size, size], 0..255.</param>
    /// <param name="labels">[N], classes from 0.</param>
    /// <param name="classNames">Names of the classes, by number.</param>
    /// <param name="nameOf">Where a picture came from, by index; null for its number.</param>
    /// <exception cref="ArgumentException">The block's length is not N * 3 * size * size.</exception>
    public MemoryImageSet(int size, byte[] pixels, int[] labels, IReadOnlyList<string> classNames,
        Func<int, string>? nameOf = null)
        : base(size, labels, classNames)
    {
        if (pixels.LongLength != (long)labels.Length * BytesPerPicture(size))
            throw new ArgumentException($"{pixels.LongLength} bytes for {labels.Length} pictures of 3x{size}x{size}",
                nameof(pixels));
        (this.pixels, this.nameOf) = (pixels, nameOf);
        fingerprint = new Lazy<string>(Hash);
    }

    /// <inheritdoc/>
    public override string Fingerprint => fingerprint.Value;

    /// <summary>Pictures that could not be decoded and are black here, for a sweep to find; most sets have none.</summary>
    public IReadOnlyList<UnreadablePicture> Unreadable { get; init; } = [];

    /// <inheritdoc/>
    public override SweptPictures Sweep(IReadOnlyList<int> indices, PictureSweep sweep)
    {
        HashSet<int> asked = [.. Unreadable.Count > 0 ? indices : []];
        return new SweptPictures(indices.Count, 0, [.. Unreadable.Where(u => asked.Contains(u.Index))]);
    }

    /// <inheritdoc/>
    public override void Read(int index, Span<byte> pixels) => PictureAt(index).CopyTo(pixels);

    /// <summary>Picture <paramref name="index"/> in place, [3, Size, Size], 0..255.</summary>
    public ReadOnlySpan<byte> PictureAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return pixels.AsSpan(index * BytesPerPicture(Size), BytesPerPicture(Size));
    }

    /// <inheritdoc/>
    public override string NameOf(int index) => nameOf?.Invoke(index) ?? base.NameOf(index);

    /// <summary>3 * <paramref name="size"/> * <paramref name="size"/>.</summary>
    internal static int BytesPerPicture(int size) => 3 * size * size;

    /// <summary>An empty block for <paramref name="count"/> pictures.</summary>
    /// <exception cref="InputException">More than one array can hold; the message names <paramref name="source"/>.</exception>
    internal static byte[] NewBlock(long count, int size, string source)
    {
        long bytes = count * BytesPerPicture(size);
        if (bytes > Array.MaxLength)
            throw new InputException(source, $"{count} pictures of {size}x{size} do not fit into one block of memory");
        return new byte[bytes];
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] numbers = new byte[4 * (Count + 1)];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, Size);
        for (int i = 0; i < Count; i++) BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(4 * (i + 1)), Labels[i]);
        hash.AppendData(numbers);
        hash.AppendData(pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
