using System.Text.Json;

namespace Postern.Studies;

/// <summary>
/// A log with one JSON object a line. A line counts once its line feed is there: a kill can tear the last one, which is then
/// ignored and cut off before the next is added.
/// </summary>
internal sealed class MetricsLog(string path)
{
    private const byte LineFeed = (byte)'\n';

    /// <summary>Adds a line and flushes it to disk.</summary>
    /// <exception cref="InputException">The file cannot be written to.</exception>
    public void Append(EpochMetrics epoch)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            stream.SetLength(WholeLines(stream));
            stream.Seek(0, SeekOrigin.End);
            stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(epoch, RecordFormat.Line), LineFeed]);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be written ({e.Message})", e);
        }
    }

    /// <summary>Every whole line; empty where there is no file.</summary>
    /// <exception cref="InputException">A whole line is damaged.</exception>
    public IReadOnlyList<EpochMetrics> Read()
    {
        if (!File.Exists(path)) return [];
        var epochs = new List<EpochMetrics>();
        byte[] bytes = ReadShared();
        int start = 0, number = 0;
        for (int end = Array.IndexOf(bytes, LineFeed); end >= 0; end = Array.IndexOf(bytes, LineFeed, start))
        {
            number++;
            epochs.Add(Parse(bytes.AsSpan(start, end - start), number));
            start = end + 1;
        }
        return epochs;
    }

    /// <summary>Keeps the lines up to and with <paramref name="epoch"/>.</summary>
    public void Truncate(int epoch)
    {
        if (!File.Exists(path)) return;
        EpochMetrics[] kept = [.. Read().Where(e => e.Epoch <= epoch)];
        AtomicFile.Write(path, stream =>
        {
            foreach (EpochMetrics line in kept)
                stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, RecordFormat.Line), LineFeed]);
        });
    }

    private EpochMetrics Parse(ReadOnlySpan<byte> line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<EpochMetrics>(line, RecordFormat.Line) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw RecordFormat.Damaged($"{path}:{number}", e.Message, e);
        }
    }

    /// <summary>The content, also while another process is adding to it.</summary>
    private byte[] ReadShared()
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Length up to and with the last line feed.</summary>
    private static long WholeLines(FileStream stream)
    {
        for (long end = stream.Length; end > 0; end--)
        {
            stream.Seek(end - 1, SeekOrigin.Begin);
            if (stream.ReadByte() == LineFeed) return end;
        }
        return 0;
    }
}
