using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>A split whose pictures lie in one folder a class and are decoded and resized whenever they are read.</summary>
public sealed class FolderImageSet : ImageSet
{
    private static readonly string[] Extensions = [".jpeg", ".jpg", ".png", ".ppm", ".bmp", ".webp"];

    private readonly FileTree tree;
    private readonly string[] files;
    private readonly SquareFit fit;
    private readonly ConcurrentBag<SquareReader> readers = [];
    private readonly PictureContents contents;
    private readonly Lazy<string> fingerprint, formerFingerprint;

    /// <summary>The pictures in the folders of <paramref name="split"/>. Owns <paramref name="tree"/>.</summary>
    /// <param name="tree">Where the files are.</param>
    /// <param name="split">The folder with the class folders.</param>
    /// <param name="classes">Numbers the class folders; not all of them need to be there.</param>
    /// <param name="fit">How a picture of any size becomes a square one.</param>
    /// <exception cref="InputException">A class folder without a picture, or one that is not among
    /// <paramref name="classes"/>.</exception>
    internal FolderImageSet(FileTree tree, string split, ClassList classes, SquareFit fit)
        : this(tree, List(tree, split, classes), classes, fit)
    {
    }

    private FolderImageSet(FileTree tree, (string[] Files, int[] Labels) pictures, ClassList classes, SquareFit fit)
        : base(fit.Size, pictures.Labels, classes.Names)
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

    private static (string[] Files, int[] Labels) List(FileTree tree, string split, ClassList classes)
    {
        var files = new List<string>();
        var labels = new List<int>();
        Dictionary<string, int> numbers =
            classes.Folders.Select((name, number) => (name, number)).ToDictionary(c => c.name, c => c.number);
        foreach (string name in tree.Folders(split))
        {
            string folder = $"{split}/{name}";
            if (!numbers.TryGetValue(name, out int label))
                throw new InputException(tree.Describe(folder), $"this class is in {split}/ but not in {classes.Source}");
            string[] pictures = [.. tree.Files(folder).Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant()))];
            if (pictures.Length == 0) throw new InputException(tree.Describe(folder), "the class folder has no pictures");
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(label, pictures.Length));
        }
        if (files.Count == 0) throw new InputException(tree.Describe(split), "there are no class folders with pictures in it");
        return ([.. files], [.. labels]);
    }

    private string HashOfNames()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < files.Length; i++)
        {
            string line = string.Create(CultureInfo.InvariantCulture, $"{files[i]}\t{tree.LengthOf(files[i])}\t{Labels[i]}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
