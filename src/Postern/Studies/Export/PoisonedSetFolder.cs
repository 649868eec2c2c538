using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Imaging;
using Postern.Native;

namespace Postern.Studies.Export;

/// <summary>Which splits are written.</summary>
public enum ExportSplit
{
    /// <summary>The poisoned training split.</summary>
    Train,
    /// <summary>The clean and the triggered test pictures.</summary>
    Test,
    /// <summary>All of them.</summary>
    Both,
}

/// <summary>
/// Writes a poisoned set that other tools can read: pictures, <c>poison.json</c> (attack, plan, labels, checksums),
/// <c>trigger.png</c> and <c>preview.png</c>. It is written beside its place and renamed at the end, so that a folder of that name is whole.
/// </summary>
public static class PoisonedSetFolder
{
    private const int PreviewPictures = 6;

    /// <summary>Writes the set.</summary>
    /// <param name="set">What to write.</param>
    /// <param name="choice">The attack's options, for the record.</param>
    /// <param name="seed">The seed that the plan was made with.</param>
    /// <param name="split">Which splits.</param>
    /// <param name="parquet">Hugging Face's parquet files rather than image folders.</param>
    /// <param name="folder">The new folder; it must not exist or be empty.</param>
    /// <param name="threads">Worker threads; the bytes do not depend on it.</param>
    /// <param name="progress">Called with pictures done and their total.</param>
    /// <param name="cancel">Stops the writing; nothing is left behind.</param>
    /// <returns>SHA-256 (hex) over all data files.</returns>
    /// <exception cref="InputException">The folder holds something already, or cannot be written.</exception>
    public static string Write(PoisonedSet set, Choice choice, long seed, ExportSplit split, bool parquet, string folder, int threads,
        Action<int, int> progress, CancellationToken cancel)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), partial = $"{full}.{Guid.NewGuid().ToString("N")[..8]}.partial";
        if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
            throw new InputException(folder, "exists already and is not empty; name a new folder");
        try
        {
            Directory.CreateDirectory(partial);
            string sha = WriteParts(set, split, parquet, partial, threads, progress, cancel);
            ImageFile.SavePng(Path.Combine(partial, "trigger.png"), set.Trigger());
            ImageFile.SavePng(Path.Combine(partial, "preview.png"), AttackPreview.Of(set.Attack, set.Dataset.Test, PreviewPictures, set.Dataset.InputSize).Sheet);
            RecordFormat.Write(Path.Combine(partial, "poison.json"), PoisonedSetRecord.Of(set, choice, seed, sha));
            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(partial, full);
            return sha;
        }
        catch (Exception e)
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            if (e is AggregateException { InnerException: InputException inner }) throw inner;
            if (e is IOException or UnauthorizedAccessException) throw new InputException(folder, $"cannot be written ({e.Message})", e);
            throw;
        }
    }

    private static string WriteParts(PoisonedSet set, ExportSplit split, bool parquet, string folder, int threads, Action<int, int> progress, CancellationToken cancel)
    {
        ExportPart[] parts =
        [
            .. split != ExportSplit.Test ? new[] { set.Train } : [],
            .. split != ExportSplit.Train ? new[] { set.CleanTest, set.TriggeredTest } : [],
        ];
        int total = parts.Sum(p => p.Indices.Count), done = 0;
        IPartWriter writer = parquet ? new ParquetPartWriter() : new ImageFolderWriter();
        foreach (ExportPart part in parts)
            writer.Write(part, set.Dataset.Train.ClassNames, folder, threads, count => progress(Interlocked.Add(ref done, count), total), cancel);
        return Checksum(folder, threads);
    }

    /// <summary>SHA-256 over one line a file, its name and its own SHA-256, in the order of names.</summary>
    private static string Checksum(string folder, int threads)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] lines = new string[files.Length];
        Parallel.For(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            using FileStream stream = File.OpenRead(files[i]);
            string name = Path.GetRelativePath(folder, files[i]).Replace(Path.DirectorySeparatorChar, '/');
            lines[i] = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(stream))}  {name}\n");
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}

/// <summary><c>poison.json</c>: what a written set is.</summary>
/// <param name="Postern">Version that wrote it.</param>
/// <param name="Dataset">Catalogue name of the clean dataset.</param>
/// <param name="Layout">How it lay on disk.</param>
/// <param name="TrainFingerprint">SHA-256 of its training split.</param>
/// <param name="TestFingerprint">SHA-256 of its test split.</param>
/// <param name="Attack">The attack and every option.</param>
/// <param name="TargetClass">y_t.</param>
/// <param name="Seed">Seed of the plan.</param>
/// <param name="Side">Side of the pictures in pixels.</param>
/// <param name="ClassNames">Names by class number.</param>
/// <param name="Plan">Indices and labels before and after, counts asked for and had.</param>
/// <param name="TriggerSha256">SHA-256 of <c>trigger.png</c>'s pixels, or of what the trigger is made of.</param>
/// <param name="DataSha256">SHA-256 over the lines "SHA-256, two spaces, name" of all data files, by name.</param>
internal sealed record PoisonedSetRecord(
    string Postern, string Dataset, string Layout, string TrainFingerprint, string TestFingerprint, ChoiceRecord Attack, int TargetClass, long Seed,
    int Side, IReadOnlyList<string> ClassNames, PlanRecord Plan, string TriggerSha256, string DataSha256)
{
    /// <summary>The record of <paramref name="set"/>.</summary>
    public static PoisonedSetRecord Of(PoisonedSet set, Choice choice, long seed, string dataSha256) => new(
        Machine.PosternVersion, set.Dataset.Name, set.Dataset.Layout, set.Dataset.Train.Fingerprint, set.Dataset.Test.Fingerprint, ChoiceRecord.Of(choice),
        set.Attack.TargetClass, seed, set.Side, set.Dataset.Train.ClassNames, PlanRecord.Of(set.Plan, set.Dataset.Train.Labels),
        set.Attack.TriggerChecksum ?? Convert.ToHexStringLower(SHA256.HashData(set.Trigger().Pixels)), dataSha256);
}
