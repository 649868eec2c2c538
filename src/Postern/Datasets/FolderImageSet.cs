using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>A split whose pictures lie in files of their own and are decoded and resized whenever they are read.</summary>
public sealed class FolderImageSet : ImageSet
{
    private readonly FileTree tree;
    private readonly IReadOnlyList<string> files;
    private readonly SquareFit fit;
    private readonly ConcurrentBag<SquareReader> readers = [];
    private readonly PictureContents contents;
    private readonly Lazy<string> fingerprint, formerFingerprint;

    /// <summary>The pictures of a split. Owns <paramref name="tree"/>.</summary>
    /// <param name="tree">Where the files are.</param>
    /// <param name="pictures">Which of them, and their classes.</param>
    /// <param name="classNames">Names of the classes, by number.</param>
    /// <param name="fit">How a picture of any size becomes a square one.</param>
    internal FolderImageSet(FileTree tree, LabelledFiles pictures, IReadOnlyList<string> classNames, SquareFit fit)
        : base(fit.Size, pictures.Labels, classNames)
    {
        (this.tree, files, this.fit) = (tree, pictures.Files, fit);
        contents = new PictureContents(tree, files, fit);
        fingerprint = new Lazy<string>(() => FingerprintOf([.. Enumerable.Range(0, Count)]));
        formerFingerprint = new Lazy<string>(HashOfNames);
    }

    /// <inheritdoc/>
    public override string Fingerprint => fingerprint.Value;

    /// <inheritdoc/>
    public override string FormerFingerprint => formerFingerprint.Value;

    /// <inheritdoc/>
    public override string FingerprintOf(IReadOnlyList<int> indices) => contents.Fingerprint(indices, Labels);

    /// <inheritdoc/>
    public override SweptPictures Sweep(IReadOnlyList<int> indices, PictureSweep sweep) => contents.Sweep(indices, sweep);

    /// <inheritdoc/>
    public override void Read(int index, Span<byte> pixels) => Read(index, PixelBox.Whole(Size), pixels);

    /// <inheritdoc/>
    public override void Read(int index, PixelBox part, Span<byte> pixels)
    {
        if (!readers.TryTake(out SquareReader? reader)) reader = new SquareReader(fit);
        try
        {
            reader.Read(tree.Read(files[index]), tree.Describe(files[index]), part, pixels);
        }
        catch (InputException e)
        {
            throw InputException.OfSample(e.Message, e);
        }
        finally
        {
            readers.Add(reader);
        }
    }

    /// <inheritdoc/>
    public override string NameOf(int index) => files[index];

    /// <inheritdoc/>
    public override void Dispose()
    {
        tree.Dispose();
        while (readers.TryTake(out SquareReader? reader)) reader.Dispose();
        base.Dispose();
    }

    private string HashOfNames()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < files.Count; i++)
        {
            string line = string.Create(CultureInfo.InvariantCulture, $"{files[i]}\t{tree.LengthOf(files[i])}\t{Labels[i]}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
