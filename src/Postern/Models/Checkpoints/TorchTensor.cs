using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>A run of elements outside the pickle: an entry of the zip form, or a block at the end of the legacy form.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TorchStorage(string Key, ElementType Type, long Count)
{
    /// <summary>Length in bytes; saturates, so that an absurd count compares as too long.</summary>
    internal long Bytes => (long)Int128.Min((Int128)Count * Type.Bytes, long.MaxValue);
}

/// <summary>
/// A tensor as a pickle describes it: a window of a storage, by offset, size and strides in elements. Nothing is read until
/// <see cref="Read"/>, so that what nobody asks for (an optimiser's moments) costs nothing.
/// </summary>
internal sealed record TorchTensor(TorchStorage Storage, ElementType Type, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>
    /// A tensor that repeats elements (stride 0, overlapping rows) may grow to this many bytes beyond its storage.
    /// </summary>
    private const long SmallBytes = 64 << 10;

    /// <summary>
    /// Bytes that reading needs: of the tensor, or of the part of the storage it is spread over, whichever is more.
    /// </summary>
    /// <exception cref="InputException">
    /// It reaches outside its storage, has no possible shape, or is larger than its storage (and than 64 KiB) or than 2 GiB.
    /// </exception>
    internal long Cost(string source, string name)
    {
        long count = StoredShape.Count(Shape) ?? throw Wrong(source, name, "has an impossible shape");
        if (Strides.Length != Shape.Length || Offset < 0 || Strides.Any(s => s < 0))
            throw Wrong(source, name, "has strides that do not match its shape");
        Int128 last = Offset;
        for (int i = 0; count > 0 && i < Shape.Length; i++)
            last = Int128.Min(last + (Int128)(Shape[i] - 1) * Strides[i], long.MaxValue);
        if (count > 0 && (last + 1) * Type.Bytes > Storage.Bytes)
            throw Wrong(source, name, $"reaches outside its storage of {Storage.Bytes} bytes");
        Int128 bytes = (Int128)count * Type.Bytes;
        if (bytes > Math.Max(Storage.Bytes, SmallBytes))
            throw Wrong(source, name, $"claims {bytes} bytes out of a storage of {Storage.Bytes}");
        Int128 spread = count == 0 ? 0 : (last - Offset + 1) * Type.Bytes;
        if (Int128.Max(bytes, spread) > int.MaxValue) throw Wrong(source, name, "is larger than 2 GiB");
        return (long)Int128.Max(bytes, spread);
    }

    /// <summary>The values as a contiguous tensor of <see cref="Shape"/>, after <see cref="Cost"/> has accepted it.</summary>
    /// <param name="file">The weight file.</param>
    /// <param name="storageStart">Where in it the storage begins.</param>
    internal Tensor Read(Stream file, long storageStart)
    {
        file.Position = storageStart + Offset * Type.Bytes;
        if (Shape.Contains(0) || IsContiguous) return StoredShape.Read(file, Shape, Type);
        long spread = 1 + Shape.Zip(Strides, (side, stride) => (side - 1) * stride).Sum();
        using Tensor part = StoredShape.Read(file, [spread], Type);
        using Tensor view = part.as_strided(Shape, Strides);
        return view.clone().contiguous();
    }

    private bool IsContiguous
    {
        get
        {
            long[] rowMajor = StoredShape.Strides(Shape);
            return !Shape.Where((side, i) => side != 1 && Strides[i] != rowMajor[i]).Any();
        }
    }

    private static InputException Wrong(string source, string name, string what) =>
        new(source, $"tensor '{FileText.Shown(name)}' {what}; the file is damaged");
}
