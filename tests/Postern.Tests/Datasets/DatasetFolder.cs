using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Tests.Datasets;

/// <summary>A folder in which a test lays out a small dataset; gone after the test.</summary>
internal sealed class DatasetFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("postern-data-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Packs files of this folder, by name, into a zip in it.</summary>
    public string Zip(string zip, params (string Name, byte[] Content)[] files)
    {
        using ZipArchive archive = ZipFile.Open(this[zip], ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in files)
        {
            using Stream entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
            entry.Write(content);
        }
        return this[zip];
    }

    public string TarGz(string name, params (string Name, byte[] Content)[] files)
    {
        using var zipped = new GZipStream(File.Create(this[name]), CompressionLevel.Fastest);
        using var tar = new TarWriter(zipped);
        foreach ((string file, byte[] content) in files)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(content) });
        return this[name];
    }

    /// <summary>
    /// Opens <paramref name="path"/> (the whole folder by default), which must fail with one line that begins with a path in
    /// here.
    /// </summary>
    public string ErrorOf(string? path = null)
    {
        string message = Assert.Throws<InputException>(() => DatasetCatalog.OpenPath(path ?? Path)).Message;
        Assert.StartsWith(Path, message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    public static byte[] Picture(ImageSet set, int index)
    {
        byte[] pixels = new byte[3 * set.Size * set.Size];
        set.Read(index, pixels);
        return pixels;
    }

    public static byte[] PpmOf(RgbImage image)
    {
        byte[] header = Encoding.ASCII.GetBytes($"P6\n# made by a test\n{image.Width} {image.Height}\n255\n");
        int plane = image.Width * image.Height;
        return [.. header, .. Enumerable.Range(0, plane)
            .SelectMany(i => new[] { image.Pixels[i], image.Pixels[plane + i], image.Pixels[2 * plane + i] })];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
