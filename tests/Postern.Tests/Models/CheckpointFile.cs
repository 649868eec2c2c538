using Postern.Models.Checkpoints;
using TorchSharp;

namespace Postern.Tests.Models;

/// <summary>A weight file in a folder of its own, which goes with it.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("postern-weights-").FullName;

    // libtorch is loaded at its first use, which is no reader's cost.
    static CheckpointFile() => torch.empty(1).Dispose();

    /// <summary>The file; nothing in its name says what it holds.</summary>
    public string Path => System.IO.Path.Combine(folder, "weights");

    /// <summary>A file beside it that hostile weights would make if they could.</summary>
    public string Sentinel => System.IO.Path.Combine(folder, "sentinel");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>
    /// Replaces the file's content in place: file systems that guard truncated files write those to disk at once, thousands of
    /// times here.
    /// </summary>
    public void Write(byte[] content)
    {
        using var stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write);
        stream.Write(content);
        stream.SetLength(content.Length);
    }

    public Checkpoint Open(byte[] content)
    {
        Write(content);
        return Checkpoint.Open(Path);
    }

    /// <summary>
    /// The message with which <paramref name="content"/> is refused: one line that names the file, at a small cost.
    /// </summary>
    public string Refusal(byte[] content, long mostBytes = 4 << 20)
    {
        Write(content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InputException>(() => Checkpoint.Open(Path)).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostBytes);
        Assert.StartsWith(Path + ": ", message);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
