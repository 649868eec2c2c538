using System.Text;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>
/// An opened weight file of any supported form, recognised by its content and not by its name: safetensors, or PyTorch's
/// <c>.pth</c> in its zip and its legacy form. Nothing in a file is ever executed, and no allocation is larger than what the file
/// holds justifies.
/// </summary>
/// <remarks>
/// Only the weights and their average are read into memory; an optimiser's tensors are parsed as descriptions and passed over. A
/// tensor may be a view of a storage (offset, strides, shared, stride 0) and comes out contiguous; it may be no larger than its
/// storage, or than 64 KiB, and all together no larger than four times the file and 1 MiB.
/// </remarks>
public sealed class Checkpoint : IDisposable
{
    private const string Supported = "supported are .safetensors and PyTorch's .pth in its zip and legacy forms";

    private Checkpoint(string path, string container, WeightCandidate chosen, IReadOnlyList<WeightCandidate> candidates,
        Dictionary<string, Tensor> weights, Dictionary<string, Tensor>? ema, IReadOnlyList<string> otherKeys,
        IReadOnlyDictionary<string, string> facts)
    {
        (Path, Container, Chosen, Weights, Ema, OtherKeys, Facts) = (path, container, chosen, weights, ema, otherKeys, facts);
        Places = [.. candidates.GroupBy(c => c.At)
            .Select(d => KeyValuePair.Create(d.Key.Length == 0 ? "." : d.Key, d.Max(c => c.Shapes.Count)))];
        foreach (Tensor tensor in Weights.Values.Concat(Ema?.Values ?? [])) tensor.DetachFromDisposeScope();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The form of the file: <c>safetensors</c>, <c>pth (zip)</c> or <c>pth (legacy)</c>.</summary>
    public string Container { get; }

    /// <summary>Which of the file's tensors were taken for the weights.</summary>
    public WeightCandidate Chosen { get; }

    /// <summary>
    /// The keys that lead to the dictionary of the weights, <c>model</c> or <c>state_dict</c>; empty for a flat dictionary.
    /// </summary>
    public string WeightsAt => Chosen.At;

    /// <summary>
    /// Every dictionary of tensors in the file by its place (<c>.</c> for the whole), with the number of its tensors.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, int>> Places { get; }

    /// <summary>The weights by their official names, on the CPU, contiguous.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>
    /// The running average of the weights (<c>model_ema</c>, <c>state_dict_ema</c>), named alike; null where there is none.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor>? Ema { get; }

    /// <summary>What else the outer dictionary holds, in ordinal order.</summary>
    public IReadOnlyList<string> OtherKeys { get; }

    /// <summary>
    /// Scalars worth showing as invariant text: epoch, arch, metric, version and so on, the training program's settings as
    /// <c>args.NAME</c>; of safetensors, the pairs of its header.
    /// </summary>
    public IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>Opens <paramref name="path"/> and reads its weights; the file is closed again on return.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">
    /// Tells which of the file's tensors are the weights, by names and shapes; null where it cannot tell, and the likeliest by
    /// place and size are taken. Asked once for the weights and once for their average, where there are candidates for one.
    /// </param>
    /// <param name="at">The place to take them from (<see cref="WeightCandidate.Place"/>); empty for any.</param>
    /// <exception cref="InputException">No such file, not of a supported form, damaged, cut short, asking for something to be
    /// executed, or without tensors at that place.</exception>
    public static Checkpoint Open(
        string path, Func<IReadOnlyList<WeightCandidate>, WeightCandidate?>? choose = null, string at = "")
    {
        if (Directory.Exists(path)) throw new InputException(path, "is a folder; name the weight file in it");
        if (!File.Exists(path)) throw new InputException(path, "is not there; name a weight file");
        var choice = new Choosing(path, choose ?? (_ => null), at);
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[512];
            ReadOnlySpan<byte> start = head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            if (start.StartsWith("PK\x03\x04"u8)) return OfTorch(TorchContents.ReadZip(file, path), file, choice);
            if (start is [0x80, >= 2 and <= 5, ..]) return OfTorch(TorchContents.ReadLegacy(file, path), file, choice);
            if (start is [_, _, _, _, _, _, _, _, (byte)'{', ..]) return OfSafeTensors(choice);
            throw Unsupported(path, start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Weights.Values.Concat(Ema?.Values ?? [])) tensor.Dispose();
    }

    private static Checkpoint OfTorch(TorchContents contents, Stream file, Choosing choice)
    {
        var found = new TorchWeights(contents, choice.Path);
        IReadOnlyList<WeightCandidate> candidates = found.Candidates;
        (WeightCandidate weights, WeightCandidate? average) = choice.Of(candidates);
        Dictionary<string, Tensor>[] read = average is null ? found.Read(file, weights) : found.Read(file, weights, average);
        return new Checkpoint(choice.Path, contents.Container, weights, candidates, read[0], read.ElementAtOrDefault(1),
            average is null ? found.OtherKeys(weights) : found.OtherKeys(weights, average), found.Facts);
    }

    private static Checkpoint OfSafeTensors(Choosing choice)
    {
        Dictionary<string, Tensor> all = SafeTensors.Read(choice.Path);
        try
        {
            // A file without a tensor is read as what it is: weights of nothing.
            WeightCandidate[] candidates = all.Count == 0
                ? [new("", "", new Dictionary<string, string>(), new Dictionary<string, long[]>())]
                : [.. WeightForms.Of("", all.ToDictionary(t => t.Key, t => t.Value.shape)).OrderBy(c => c.IsAverage)];
            (WeightCandidate weights, WeightCandidate? average) = choice.Of(candidates);
            HashSet<string> used = [.. weights.StoredNames.Values, .. average?.StoredNames.Values ?? []];
            string[] others = [.. all.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal)];
            foreach (string name in others) all[name].Dispose();
            return new Checkpoint(choice.Path, "safetensors", weights, candidates, Of(weights),
                average is null ? null : Of(average),
                others, SafeTensors.ReadMetadata(choice.Path));
        }
        catch
        {
            foreach (Tensor tensor in all.Values) tensor.Dispose();
            throw;
        }

        Dictionary<string, Tensor> Of(WeightCandidate candidate) =>
            candidate.StoredNames.ToDictionary(n => n.Key, n => all[n.Value], StringComparer.Ordinal);
    }

    private static InputException Unsupported(string path, ReadOnlySpan<byte> start)
    {
        string text = Encoding.Latin1.GetString(start).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        string what = text switch
        {
            "" => $"is empty; {Supported}",
            _ when Begins("version https://git-lfs") =>
                "is a git-lfs pointer and not the weights; fetch them with 'git lfs pull'",
            _ when Begins("<!doctype") || Begins("<html") || Begins("<?xml") =>
                "is a web page, so the download failed; download the weights again",
            _ => $"is no weight file, or a damaged one; {Supported}",
        };
        return new InputException(path, what);

        bool Begins(string beginning) => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);
    }

    private sealed record Choosing(string Path, Func<IReadOnlyList<WeightCandidate>, WeightCandidate?> Choose, string At)
    {
        public (WeightCandidate Weights, WeightCandidate? Average) Of(IReadOnlyList<WeightCandidate> candidates)
        {
            WeightCandidate[] here = At.Length == 0 ? [.. candidates] : [.. candidates.Where(c => c.Place == At || c.At == At)];
            if (here.Length == 0)
            {
                throw new InputException(Path, $"holds no tensors at '{At}'; there are some at "
                    + string.Join(", ", candidates.Select(c => c.At.Length == 0 ? "." : FileText.Shown(c.At)).Distinct()));
            }
            WeightCandidate weights = Choose(here) ?? here[0];
            WeightCandidate[] averages = [.. candidates.Where(c => c.IsAverage)];
            return (weights, averages.Length == 0 ? null : weights.IsAverage ? weights : Choose(averages) ?? averages[0]);
        }
    }
}
