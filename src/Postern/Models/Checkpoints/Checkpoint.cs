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
    private const string ParallelPrefix = "module.";

    private Checkpoint(string path, string container, string weightsAt, Dictionary<string, Tensor> weights,
        Dictionary<string, Tensor>? ema,
        IReadOnlyList<string> otherKeys, IReadOnlyDictionary<string, string> facts)
    {
        (Path, Container, WeightsAt, OtherKeys, Facts) = (path, container, weightsAt, otherKeys, facts);
        (Weights, Ema) = (Named(weights), ema is null ? null : Named(ema));
        foreach (Tensor tensor in Weights.Values.Concat(Ema?.Values ?? [])) tensor.DetachFromDisposeScope();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The form of the file: <c>safetensors</c>, <c>pth (zip)</c> or <c>pth (legacy)</c>.</summary>
    public string Container { get; }

    /// <summary>
    /// The key of the outer dictionary that holds the weights, <c>model</c> or <c>state_dict</c>; empty for a flat dictionary.
    /// </summary>
    public string WeightsAt { get; }

    /// <summary>
    /// The weights by their official names, on the CPU, contiguous. The prefix <c>module.</c> is dropped where every name has it.
    /// </summary>
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
    /// <exception cref="InputException">No such file, not of a supported form, damaged, cut short, or asking for something to be
    /// executed.</exception>
    public static Checkpoint Open(string path)
    {
        if (Directory.Exists(path)) throw new InputException(path, "is a folder; name the weight file in it");
        if (!File.Exists(path)) throw new InputException(path, "is not there; name a weight file");
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[512];
            ReadOnlySpan<byte> start = head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            if (start.StartsWith("PK\x03\x04"u8)) return OfTorch(TorchContents.ReadZip(file, path), file, path);
            if (start is [0x80, >= 2 and <= 5, ..]) return OfTorch(TorchContents.ReadLegacy(file, path), file, path);
            if (start is [_, _, _, _, _, _, _, _, (byte)'{', ..])
                return new Checkpoint(path, "safetensors", "", SafeTensors.Read(path), null, [], SafeTensors.ReadMetadata(path));
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

    private static Checkpoint OfTorch(TorchContents contents, Stream file, string path)
    {
        var found = new TorchWeights(contents, path);
        (Dictionary<string, Tensor> weights, Dictionary<string, Tensor>? ema) = found.Read(file);
        return new Checkpoint(path, contents.Container, found.WeightsAt, weights, ema, found.OtherKeys, found.Facts);
    }

    private static Dictionary<string, Tensor> Named(Dictionary<string, Tensor> weights) =>
        weights.Count > 0 && weights.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            ? weights.ToDictionary(e => e.Key[ParallelPrefix.Length..], e => e.Value, StringComparer.Ordinal)
            : weights;

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
}
