using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Postern.Studies;

/// <summary>
/// A log with one JSON object a line, an epoch each, from the first on. A line counts once its line feed is there: a kill can
/// tear the last one, which is then ignored and cut off before the next is added. The last value of a line, <c>check</c>, is the
/// CRC-32 of all that stands before it in the file, so that no line can be lost, doubled or moved unseen; lines of earlier builds
/// have none.
/// </summary>
internal sealed class MetricsLog(string path)
{
    private const byte LineFeed = (byte)'\n';
    private const int Digits = 8;
    private static readonly byte[] Check = Encoding.ASCII.GetBytes(",\"check\":\""), End = Encoding.ASCII.GetBytes("\"}");

    /// <summary>Adds a line and flushes it to disk.</summary>
    /// <exception cref="InputException">The file cannot be written to.</exception>
    public void Append(EpochMetrics epoch)
    {
        try
        {
            FolderClaim.CheckWriting(Path.GetFullPath(path));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            byte[] before = new byte[WholeLines(stream)];
            stream.Seek(0, SeekOrigin.Begin);
            stream.ReadExactly(before);
            stream.SetLength(before.Length);
            stream.Write(Line(before, epoch));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be written ({e.Message})", e);
        }
    }

    /// <summary>Every whole line; empty where there is no file.</summary>
    /// <exception cref="InputException">A whole line is damaged, or not the next epoch's.</exception>
    public IReadOnlyList<EpochMetrics> Read() => File.Exists(path) ? Parse(ReadShared()) : [];

    /// <summary>Its text, for <see cref="Restore"/>.</summary>
    public string Text() => File.Exists(path) ? Encoding.UTF8.GetString(ReadShared()) : "";

    /// <summary>Keeps the lines up to and with <paramref name="epoch"/>.</summary>
    /// <exception cref="InputException">A line is damaged, or there are fewer.</exception>
    public void Truncate(int epoch)
    {
        byte[] bytes = File.Exists(path) ? ReadShared() : [];
        int lines = Parse(bytes).Count;
        if (lines < epoch) throw RecordFormat.Damaged(path, $"it has {lines} epochs of the {epoch} that are trained");
        int end = 0;
        for (int line = 0; line < epoch; line++) end = Array.IndexOf(bytes, LineFeed, end) + 1;
        if (end < bytes.Length) AtomicFile.Write(path, stream => stream.Write(bytes.AsSpan(0, end)));
    }

    /// <summary>Makes it hold what a checkpoint says, and nothing after that.</summary>
    /// <param name="text">What <see cref="Text"/> gave then.</param>
    /// <returns>Whether it held something else in its place.</returns>
    public bool Restore(string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text), bytes = File.Exists(path) ? ReadShared() : [];
        if (bytes.AsSpan().SequenceEqual(wanted)) return false;
        AtomicFile.Write(path, stream => stream.Write(wanted));
        return !bytes.AsSpan().StartsWith(wanted) || !IsOneMore();

        // A kill between a line and its checkpoint leaves the line.
        bool IsOneMore()
        {
            try
            {
                return Parse(bytes).Count <= Parse(wanted).Count + 1;
            }
            catch (InputException)
            {
                return false;
            }
        }
    }

    private static byte[] Line(ReadOnlySpan<byte> before, EpochMetrics epoch)
    {
        ReadOnlySpan<byte> json = JsonSerializer.SerializeToUtf8Bytes(epoch, RecordFormat.Line).AsSpan()[..^1];
        return [.. json, .. Check, .. CheckOf(before, json), .. End, LineFeed];
    }

    private static byte[] CheckOf(ReadOnlySpan<byte> before, ReadOnlySpan<byte> json)
    {
        var checksum = new Crc32();
        checksum.Append(before);
        checksum.Append(json);
        return Encoding.ASCII.GetBytes(checksum.GetCurrentHashAsUInt32().ToString("x8", CultureInfo.InvariantCulture));
    }

    private List<EpochMetrics> Parse(byte[] bytes)
    {
        var epochs = new List<EpochMetrics>();
        int start = 0;
        bool checkedBefore = false;
        for (int end = Array.IndexOf(bytes, LineFeed); end >= 0; end = Array.IndexOf(bytes, LineFeed, start))
        {
            int number = epochs.Count + 1;
            ReadOnlySpan<byte> line = bytes.AsSpan(start, end - start);
            EpochMetrics epoch = Parse(line, number);
            if (epoch.Epoch != number) throw RecordFormat.Damaged($"{path}:{number}", $"it tells of epoch {epoch.Epoch}");
            int content = line.Length - Check.Length - Digits - End.Length;
            bool carries = content > 0 && line[content..].StartsWith(Check);
            if (carries ? !line.Slice(content + Check.Length, Digits)
                .SequenceEqual(CheckOf(bytes.AsSpan(0, start), line[..content]))
                : checkedBefore)
                throw RecordFormat.Damaged($"{path}:{number}", "its checksum does not fit");
            checkedBefore = carries;
            epochs.Add(epoch);
            start = end + 1;
        }
        return epochs;
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
        PlainFile.Check(path);
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
