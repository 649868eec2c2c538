using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Native;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// A dataset with an attack planted, for other tools: the poisoned training split, the clean test split (for ACC) and the
/// triggered test pictures that count for ASR, with <c>poison.json</c>, <c>metadata.csv</c>, <c>trigger.png</c>,
/// <c>classes.txt</c> and <c>SHA256SUMS</c>. The bytes depend on dataset, attack and seed alone, not on the number of threads.
/// </summary>
/// <param name="Dataset">What is poisoned.</param>
/// <param name="Attack">The attack, prepared where it learns something.</param>
/// <param name="Choice">The options that it was made of, for the record.</param>
/// <param name="Seed">Chooses the poisons.</param>
public sealed record PoisonedSet(Dataset Dataset, Attack Attack, Choice Choice, long Seed)
{
    private const int PicturesAtOnce = 1000;
    private const int PreviewCount = 4;

    /// <summary>How it is written.</summary>
    public PoisonedSetFormat Format { get; init; } = PoisonedSetFormat.ImageFolder;

    /// <summary>Whether the training split is written.</summary>
    public bool WithTrain { get; init; } = true;

    /// <summary>Whether the test split is written, clean and triggered.</summary>
    public bool WithTest { get; init; } = true;

    /// <summary>Threads that poison and encode pictures; they change the time alone.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Writes the set as a whole: into a folder beside <paramref name="folder"/>, which takes its name at the end.
    /// </summary>
    /// <param name="folder">Where; must not be there yet, or be empty.</param>
    /// <param name="progress">Hears of each part how many of its pictures are done; null for nobody.</param>
    /// <param name="cancel">Stops it and leaves nothing behind.</param>
    /// <returns>What <c>poison.json</c> says.</returns>
    /// <exception cref="InputException">
    /// The folder is in use, the attack does not fit the dataset, or a picture cannot be read.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PoisonedSetRecord Write(string folder, IPoisonedSetProgress? progress, CancellationToken cancel)
    {
        bool crops = Dataset.InputSize != Dataset.Train.Size;
        if (Attack.TargetClass >= Dataset.Classes)
            throw Choice.Error($"target {Attack.TargetClass} is not a class of {Dataset.Name}, which has {Dataset.Classes}");
        if (Attack.EntersAtInput(crops))
            throw Choice.Error(
                $"{Attack.Name} plants its trigger after the crop to {Dataset.InputSize}x{Dataset.InputSize}, but whole "
                    + "pictures are written; set trigger_stage to stored");
        PoisonPlan plan = Attack.Plan(Dataset.Train.Labels, Seed);
        PoisonedPart[] parts = [.. Parts(plan, crops)];
        PoisonedSetRecord? record = null;
        AtomicFolder.Write(folder, place => record = Write(place, parts, plan, progress, cancel));
        return record!;
    }

    private IEnumerable<PoisonedPart> Parts(PoisonPlan plan, bool crops)
    {
        string test = Format == PoisonedSetFormat.ImageFolder ? "val" : "test";
        if (WithTrain) yield return PoisonedPart.Whole("train", Dataset.Train, new PoisonedSamples(Attack, plan, crops)) with
        {
            Plan = plan,
        };
        if (!WithTest) yield break;
        yield return PoisonedPart.Whole(test, Dataset.Test, transform: null);
        int[] counting = Attack.CountedForAsr(Dataset.Test.Labels);
        if (counting.Length > 0)
            yield return new PoisonedPart($"{test}_triggered", Dataset.Test, counting, new TriggeredSamples(Attack, crops));
    }

    private PoisonedSetRecord Write(
        string place, PoisonedPart[] parts, PoisonPlan plan, IPoisonedSetProgress? progress, CancellationToken cancel)
    {
        IReadOnlyList<string> folders = ClassFolders.Of(Dataset.Train.ClassNames);
        var files = new List<(string File, string Sha256)>();
        var metadata = new MetadataTable();
        foreach (PoisonedPart part in parts)
        {
            using IPartWriter writer = Format == PoisonedSetFormat.ImageFolder
                ? new ImageFolderWriter(place, part, folders) : new ParquetPartWriter(place, part);
            for (int start = 0; start < part.Indices.Count; start += PicturesAtOnce)
            {
                writer.Append(start, Encode(part, start, Math.Min(PicturesAtOnce, part.Indices.Count - start), cancel));
                progress?.Written(part.Name, Math.Min(start + PicturesAtOnce, part.Indices.Count), part.Indices.Count);
            }
            metadata.Add(part, writer.NameOf);
            files.AddRange(writer.Finish());
        }
        Add("trigger.png", ImageFile.EncodePng(AttackPreview.Of(Attack, Dataset.Test, PreviewCount, Dataset.InputSize).Sheet));
        Add("metadata.csv", metadata.Bytes);
        Add("classes.txt", Encoding.UTF8.GetBytes(ClassFolders.Table(folders, Dataset.Train.ClassNames)));
        byte[] sums = Encoding.UTF8.GetBytes(string.Concat(files.Select(f => $"{f.Sha256}  {f.File}\n")));
        File.WriteAllBytes(Path.Combine(place, "SHA256SUMS"), sums);
        PoisonedSetRecord record = Describe(parts, plan, Convert.ToHexStringLower(SHA256.HashData(sums)));
        RecordFormat.Write(Path.Combine(place, "poison.json"), record);
        return record;

        void Add(string name, byte[] content)
        {
            File.WriteAllBytes(Path.Combine(place, name), content);
            files.Add((name, Convert.ToHexStringLower(SHA256.HashData(content))));
        }
    }

    private byte[][] Encode(PoisonedPart part, int start, int count, CancellationToken cancel)
    {
        byte[][] encoded = new byte[count][];
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Threads },
                i => encoded[i] = part.Encode(start + i));
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<InputException>().FirstOrDefault() is InputException first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
        return encoded;
    }

    private PoisonedSetRecord Describe(PoisonedPart[] parts, PoisonPlan plan, string filesSha256) => new()
    {
        Dataset = Dataset.Name,
        Layout = Dataset.Layout,
        TrainFingerprint = Dataset.Train.Fingerprint,
        TestFingerprint = Dataset.Test.Fingerprint,
        Attack = ChoiceRecord.Of(Choice),
        TargetClass = Attack.TargetClass,
        Seed = Seed,
        Format = Format.ToString().ToLowerInvariant(),
        PictureSize = Dataset.Train.Size,
        ClassNames = Dataset.Train.ClassNames,
        Plan = WithTrain ? PlanRecord.Of(plan, Dataset.Train.Labels) : null,
        Warning = WithTrain ? plan.Warning : null,
        Notes = Dataset.Notes,
        Parts = [.. parts.Select(p => new PoisonedPartRecord(p.Name, p.Indices.Count, p.Triggered))],
        TriggerSha256 = TriggerFingerprint.Of(Attack, Dataset.Train.Size),
        TriggerPicturesSha256 = Attack.TriggerSha256,
        Acceptance = Attack.Acceptance,
        FilesSha256 = filesSha256,
        Version = Machine.PosternVersion,
    };
}

/// <summary>How a poisoned set is written.</summary>
public enum PoisonedSetFormat
{
    /// <summary>A folder a class with a PNG a picture.</summary>
    ImageFolder,
    /// <summary>Parquet files as Hugging Face lays out CIFAR-10.</summary>
    Parquet,
}

/// <summary>Hears how the writing of a poisoned set goes on.</summary>
public interface IPoisonedSetProgress
{
    /// <summary><paramref name="done"/> of <paramref name="total"/> pictures of a part are written.</summary>
    void Written(string part, int done, int total);
}
