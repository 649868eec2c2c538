using System.Security.Cryptography;

namespace Postern.Studies.PoisonedSets;

/// <summary>A PNG a picture in <c>part/class/NNNNN.png</c>: what torchvision's <c>ImageFolder</c> and most tools read.</summary>
/// <param name="root">The set's folder.</param>
/// <param name="part">What is written.</param>
/// <param name="classFolders">Name of each class's folder.</param>
internal sealed class ImageFolderWriter(string root, PoisonedPart part, IReadOnlyList<string> classFolders) : IPartWriter
{
    private readonly (string File, string Sha256)[] files = new (string, string)[part.Indices.Count];

    public void Append(int start, byte[][] pictures)
    {
        foreach (int label in Enumerable.Range(start, pictures.Length).Select(part.LabelOf).Distinct())
            Directory.CreateDirectory(Path.Combine(root, part.Name, classFolders[label]));
        Parallel.For(0, pictures.Length, i =>
        {
            string file = $"{part.Name}/{classFolders[part.LabelOf(start + i)]}/{part.FileOf(start + i)}";
            File.WriteAllBytes(Path.Combine(root, file), pictures[i]);
            files[start + i] = (file, Convert.ToHexStringLower(SHA256.HashData(pictures[i])));
        });
    }

    public IReadOnlyList<(string File, string Sha256)> Finish() => files;

    public void Dispose()
    {
        // Every file is closed as soon as it is written.
    }
}
