using System.Globalization;
using Postern.Imaging;

namespace Postern.Studies.Export;

/// <summary>A PNG a picture, a folder a class, numbered so that their order by name is the order of the classes.</summary>
internal sealed class ImageFolderWriter : IPartWriter
{
    public void Write(ExportPart part, IReadOnlyList<string> classNames, string folder, int threads, Action<int> written, CancellationToken cancel)
    {
        int digits = (classNames.Count - 1).ToString(CultureInfo.InvariantCulture).Length;
        string[] folders = [.. classNames.Select((name, label) =>
            Path.Combine(folder, part.Name, $"{label.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}_{Slug.Of(name)}"))];
        foreach (int label in part.Indices.Select(part.LabelOf).Distinct()) Directory.CreateDirectory(folders[label]);
        Parallel.ForEach(part.Indices, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel }, index =>
        {
            string file = Path.Combine(folders[part.LabelOf(index)], index.ToString("D7", CultureInfo.InvariantCulture) + ".png");
            File.WriteAllBytes(file, ImageFile.EncodePng(part.PictureOf(index)));
            written(1);
        });
    }
}
