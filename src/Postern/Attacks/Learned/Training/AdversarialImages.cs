using Postern.Models.Checkpoints;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// Perturbed versions a_i of some stored pictures, in 8 bits (<c>docs/reference/attacks.md 2.6</c>). Immutable; safe from several
/// threads.
/// </summary>
public sealed class AdversarialImages : ISampleTransform
{
    private const string ImagesFile = "images.safetensors";
    private readonly byte[] pixels;
    private readonly Dictionary<int, int> rows;

    /// <summary>Takes over the pixels.</summary>
    /// <param name="size">Side in pixels.</param>
    /// <param name="indices">Which samples of the training split.</param>
    /// <param name="pixels">[indices, 3, size, size], 0 to 255.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or an index is there twice.</exception>
    public AdversarialImages(int size, IReadOnlyList<int> indices, byte[] pixels)
    {
        if (pixels.LongLength != 3L * size * size * indices.Count)
            throw new ArgumentException($"{pixels.Length} values for {indices.Count} pictures of 3x{size}x{size}",
                nameof(pixels));
        (Size, Indices, this.pixels) = (size, indices, pixels);
        rows = indices.Index().ToDictionary(i => i.Item, i => i.Index);
    }

    /// <summary>Side of the pictures in pixels.</summary>
    public int Size { get; }

    /// <summary>Which samples of the training split have a perturbed version.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>a_i of sample <paramref name="index"/>, [3, Size, Size], 0 to 255.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sample has no perturbed version.</exception>
    public ReadOnlySpan<byte> Of(int index)
    {
        if (!rows.TryGetValue(index, out int row))
            throw new ArgumentOutOfRangeException(nameof(index), $"sample {index} has no adversarial version");
        int length = 3 * Size * Size;
        return pixels.AsSpan(row * length, length);
    }

    /// <summary>Replaces a stored picture by its perturbed version / 255.</summary>
    /// <param name="index">Which sample.</param>
    /// <param name="picture">[3, size, size], overwritten.</param>
    /// <param name="size">Side in pixels, <see cref="Size"/>.</param>
    /// <exception cref="ArgumentException">The picture has another size.</exception>
    public void Replace(int index, Span<float> picture, int size)
    {
        if (size != Size || picture.Length != 3 * size * size)
            throw new ArgumentException($"{picture.Length} values of side {size}, expected 3x{Size}x{Size}", nameof(picture));
        ReadOnlySpan<byte> perturbed = Of(index);
        for (int i = 0; i < perturbed.Length; i++) picture[i] = perturbed[i] / 255f;
    }

    /// <summary>Writes the pictures to <paramref name="folder"/>.</summary>
    public void Save(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(pixels, [Indices.Count, 3, Size, Size]), indices = tensor([.. Indices.Select(i => (long)i)]);
        AtomicFile.Write(Path.Combine(folder, ImagesFile),
            stream => SafeTensors.Write(stream, [new("indices", indices), new("images", images)]));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static AdversarialImages Load(string folder)
    {
        string path = Path.Combine(folder, ImagesFile);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> saved = SafeTensors.Read(path);
        if (saved.GetValueOrDefault("images") is not { dtype: ScalarType.Byte } images || images.shape is not [_, 3, _, _]
            || saved.GetValueOrDefault("indices") is not { dtype: ScalarType.Int64 } indices || images.shape[2] != images.shape[3]
            || !indices.shape.SequenceEqual([images.shape[0]]))
            throw new InputException(path,
                "does not hold adversarial pictures with their indices; delete its folder to make them again");
        return new AdversarialImages((int)images.shape[2], [.. indices.data<long>().Select(i => (int)i)], images.bytes.ToArray());
    }

    /// <inheritdoc/>
    int ISampleTransform.LabelOf(int index, int trueLabel) => trueLabel;

    /// <inheritdoc/>
    bool ISampleTransform.Changes(int index) => rows.ContainsKey(index);

    /// <inheritdoc/>
    void ISampleTransform.ChangeStored(int index, Span<float> pixels, int size) => Replace(index, pixels, size);

    /// <inheritdoc/>
    void ISampleTransform.ChangeInput(int index, Span<float> pixels, int size)
    {
        // The stored picture has been replaced already.
    }
}
