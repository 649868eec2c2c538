using Google.Protobuf;
using Tensorboard;

namespace Postern.Studies;

/// <summary>
/// The curves of <c>metrics.jsonl</c> as an event file for TensorBoard; a point's step is its epoch, its wall time that of
/// writing. An epoch is one frame, so that a kill leaves all of its points or none: a torn end is cut off before the next epoch
/// is added.
/// </summary>
internal sealed class TensorBoardLog(string path)
{
    /// <summary>
    /// TensorBoard takes every file with <c>tfevents</c> in its name; a fixed end makes it the cell's only one.
    /// </summary>
    public const string FileName = "events.out.tfevents.postern";

    // TensorBoard refuses files that do not begin with this.
    private const string Version = "brain.Event:2";

    /// <summary>Adds an epoch and flushes it to disk.</summary>
    /// <exception cref="InputException">The file cannot be written to.</exception>
    public void Append(EpochMetrics epoch) => Change(stream =>
    {
        Cut(stream, Scan(stream, lastEpoch: int.MaxValue).End);
        if (stream.Length == 0) stream.Write(Head());
        stream.Write(Points(epoch));
    });

    /// <summary>
    /// Makes the file hold <paramref name="epochs"/> and no other: cuts off those that come after, and writes the file anew where
    /// one is missing, as in a cell that was begun before there were event files.
    /// </summary>
    /// <exception cref="InputException">The file cannot be written to.</exception>
    public void Keep(IReadOnlyList<EpochMetrics> epochs)
    {
        if (epochs.Count == 0 && !File.Exists(path)) return;
        bool complete = false;
        Change(stream =>
        {
            (List<long> steps, long end) = Scan(stream, epochs.Count == 0 ? 0 : epochs[^1].Epoch);
            complete = steps.SequenceEqual(epochs.Select(e => (long)e.Epoch));
            // Cut in place, since a TensorBoard that has the file open would not see a new one.
            if (complete) Cut(stream, end);
        });
        if (complete) return;
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Head());
            foreach (EpochMetrics epoch in epochs) stream.Write(Points(epoch));
        });
    }

    private void Change(Action<FileStream> change)
    {
        try
        {
            FolderClaim.CheckWriting(Path.GetFullPath(path));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            change(stream);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be written ({e.Message})", e);
        }
    }

    private static void Cut(FileStream stream, long length)
    {
        stream.SetLength(length);
        stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>The epochs of the whole frames up to and with <paramref name="lastEpoch"/>, and where those frames end.</summary>
    private static (List<long> Epochs, long End) Scan(FileStream stream, int lastEpoch)
    {
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var epochs = new List<long>();
        int end = 0;
        while (RecordFrame.TryRead(bytes.AsSpan(end), out ReadOnlySpan<byte> data, out int length) && Parse(data) is Event found
            && found.Step <= lastEpoch)
        {
            if (found.WhatCase == Event.WhatOneofCase.Summary) epochs.Add(found.Step);
            end += length;
        }
        return (epochs, end);
    }

    private static Event? Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            // TorchSharp's message classes are of an older generator, which cannot parse a span.
            return Event.Parser.ParseFrom(data.ToArray());
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static byte[] Head() => Frame(new Event { FileVersion = Version });

    private static byte[] Points(EpochMetrics epoch)
    {
        var summary = new Summary();
        Add("train/loss", epoch.Loss);
        Add("train/lr", epoch.Lr);
        Add("test/acc", epoch.Acc);
        Add("test/asr", epoch.Asr);
        Add("test/ra", epoch.Ra);
        Add("speed/images_per_second", epoch.ImagesPerSecond);
        Add("speed/data_wait", epoch.DataWait);
        return Frame(new Event { Step = epoch.Epoch, Summary = summary });

        void Add(string tag, double? value)
        {
            if (value is double known) summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)known });
        }
    }

    private static byte[] Frame(Event content)
    {
        content.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        return RecordFrame.Of(content.ToByteArray());
    }
}
