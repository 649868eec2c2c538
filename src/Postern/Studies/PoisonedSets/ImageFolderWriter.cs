using System.Security.Cryptography;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// A PNG a picture in <c>part/class/NNNNN.png</c>: what torchvision's <c>ImageFolder</c> and most tools read. They number the
/// classes by the folders that there are, so every class has its folder, with pictures or without.
/// </summary>
internal sealed class ImageFolderWriter : IPartWriter
{
    private readonly string root;
    private readonly PoisonedPart part;
    private readonly IReadOnlyList<string> classFolders;
    private readonly (string File, string Sha256)[] files;

    /// <summary>Makes the class folders.</summary>
    /// <param name="root">The set's folder.</param>
    /// <param name="part">What is written.</param>
    /// <param name="classFolders">Name of each class's folder.</param>
    internal ImageFolderWriter(string root, PoisonedPart part, IReadOnlyList<string> classFolders)
    {
        (this.root, this.part, this.classFolders) = (root, part, classFolders);
        files = new (string, string)[part.Indices.Count];
        foreach (string folder in classFolders) Directory.CreateDirectory(Path.Combine(root, part.Name, folder));
    }

    public void Append(int start, byte[][] pictures)
    {
        Parallel.For(0, pictures.Length, i =>
        {
            string file = NameOf(start + i);
            File.WriteAllBytes(Path.Combine(root, file), pictures[i]);
            files[start + i] = (file, Convert.ToHexStringLower(SHA256.HashData(pictures[i])));
        });
    }

    public string NameOf(int position) => $"{part.Name}/{classFolders[part.LabelOf(position)]}/{part.FileOf(position)}";

    public IReadOnlyList<(string File, string Sha256)> Finish() => files;

    public void Dispose()
    {
        // Every file is closed as soon as it is written.
    }
}
