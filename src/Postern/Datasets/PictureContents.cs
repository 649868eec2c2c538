using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// What is in the picture files of a split: the content of each, by which the split is told from others, and whether it can be
/// decoded. Each is found out when it is asked for, with one reading of a file for both, and remembered.
/// </summary>
/// <param name="tree">Where the files are.</param>
/// <param name="files">Their names, in the split's order.</param>
/// <param name="fit">How they are decoded.</param>
internal sealed class PictureContents(FileTree tree, IReadOnlyList<string> files, SquareFit fit)
{
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromMinutes(1);

    private readonly FileContent[] contents = new FileContent[files.Count];
    private readonly bool[] known = new bool[files.Count];
    private readonly ReadablePictures readable = new(fit);

    /// <summary>
    /// SHA-256 (hex) of the pictures at <paramref name="indices"/> as they are seen, in this order: how they become squares, and
    /// the label and the content of each. Names do not count, so that a set is itself in a folder, a zip, or under another name.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public string Fingerprint(IReadOnlyList<int> indices, IReadOnlyList<int> labels)
    {
        if (Sweep(indices, new PictureSweep { Decodes = false }).Unreadable is [UnreadablePicture first, ..])
            throw InputException.OfSample(first.Error);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] line = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(line, fit.Size);
        (line[4], line[5]) = (fit.KeepsAspect ? (byte)1 : (byte)0, fit.Reduces ? (byte)1 : (byte)0);
        hash.AppendData(line);
        foreach (int i in indices)
        {
            BinaryPrimitives.WriteInt32LittleEndian(line, labels[i]);
            BinaryPrimitives.WriteInt64LittleEndian(line.AsSpan(4), contents[i].Length);
            BinaryPrimitives.WriteUInt32LittleEndian(line.AsSpan(12), contents[i].Checksum);
            hash.AppendData(line);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Goes through the pictures at <paramref name="indices"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was found out is kept.</exception>
    public SweptPictures Sweep(IReadOnlyList<int> indices, PictureSweep sweep)
    {
        int[] left = NotRemembered(indices, sweep);
        if (left.Length == 0) return new SweptPictures(indices.Count, 0, []);
        // Files have to be read: by one process, while others wait for what it finds out.
        using IDisposable? held = UserCache.Hold(UserCache.FolderOf(tree.Root), sweep.Cancel);
        tree.Recall();
        readable.Reload();
        left = NotRemembered(left, sweep);
        try
        {
            return Look(left, indices.Count, sweep);
        }
        finally
        {
            Keep();
        }
    }

    /// <summary>Those of <paramref name="indices"/> whose files have to be read for what the sweep is to find out.</summary>
    private int[] NotRemembered(IReadOnlyList<int> indices, PictureSweep sweep)
    {
        bool[] remembered = new bool[indices.Count];
        Parallel.For(0, indices.Count, Options(sweep), i =>
        {
            int index = indices[i];
            try
            {
                if (!known[index]) known[index] = tree.TryContent(files[index], out contents[index]);
                remembered[i] = known[index] && (!sweep.Decodes || readable.Contains(contents[index]));
            }
            catch (InputException)
            {
                // It is looked at again, and said what is wrong with it, when its turn to be read comes.
            }
        });
        return [.. indices.Where((_, i) => !remembered[i])];
    }

    /// <summary>Reads and decodes.</summary>
    private SweptPictures Look(int[] left, int count, PictureSweep sweep)
    {
        var unreadable = new ConcurrentBag<UnreadablePicture>();
        var progress = new SweepProgress(sweep, count - left.Length, count);
        using var decoders = new ThreadLocal<PictureDecoder>(() => new PictureDecoder(), trackAllValues: true);
        long saved = Environment.TickCount64;
        int decoded = 0;
        Parallel.For(0, left.Length, Options(sweep), i =>
        {
            int index = left[i];
            try
            {
                byte[] bytes = tree.Read(files[index], out FileContent content);
                (contents[index], known[index]) = (content, true);
                if (sweep.Decodes && !readable.Contains(content))
                {
                    Interlocked.Increment(ref decoded);
                    Decode(decoders.Value!, bytes, tree.Describe(files[index]));
                    readable.Add(content);
                }
            }
            catch (InputException e)
            {
                unreadable.Add(new UnreadablePicture(index, files[index], e.Message));
            }
            progress.One();
            long last = Interlocked.Read(ref saved), now = Environment.TickCount64;
            if (now - last > BetweenSaves.TotalMilliseconds && Interlocked.CompareExchange(ref saved, now, last) == last) Keep();
        });
        foreach (PictureDecoder decoder in decoders.Values) decoder.Dispose();
        return new SweptPictures(count, decoded, [.. unreadable.OrderBy(u => u.Index)]);
    }

    private void Decode(PictureDecoder decoder, byte[] bytes, string source) => decoder.Decode(bytes, source, (width, height) =>
    {
        _ = fit.Of(width, height, source);
        return new PixelBox(0, 0, height, width);
    }, fit.Enough);

    private void Keep()
    {
        tree.Remember();
        readable.Save();
    }

    private static ParallelOptions Options(PictureSweep sweep) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, sweep.Threads), CancellationToken = sweep.Cancel };
}
