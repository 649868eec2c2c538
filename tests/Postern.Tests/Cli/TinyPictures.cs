using Postern.Imaging;

namespace Postern.Tests.Cli;

/// <summary>An image folder with two classes of plain pictures, four to train and four to test.</summary>
internal static class TinyPictures
{
    /// <summary>Writes it under <paramref name="folder"/> and gives its path.</summary>
    public static string Write(string folder)
    {
        for (int i = 0; i < 8; i++)
        {
            var picture = new RgbImage(8, 8);
            picture.Pixels.AsSpan().Fill((byte)(30 * i));
            string file = Path.Combine(folder, "pictures", i < 4 ? "train" : "val", $"class{i % 2}", $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            ImageFile.SavePng(file, picture);
        }
        return Path.Combine(folder, "pictures");
    }
}
