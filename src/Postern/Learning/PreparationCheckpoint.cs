using System.Globalization;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>
/// The newest finished epoch of a preparation, in one file of the artifact's folder, so that a kill costs at most one epoch and
/// what comes after it has the same bits.
/// </summary>
internal static class PreparationCheckpoint
{
    private const string EpochKey = "epoch";

    /// <summary>Writes the state of all parts after <paramref name="epoch"/> epochs.</summary>
    public static void Save(string folder, int epoch, params TrainedPart[] parts)
    {
        using DisposeScope scope = NewDisposeScope();
        var metadata = new Dictionary<string, string> { [EpochKey] = epoch.ToString(CultureInfo.InvariantCulture) };
        AtomicFile.Write(PathIn(folder), stream => SafeTensors.Write(stream, parts.SelectMany(p => p.State()), metadata));
    }

    /// <summary>Restores all parts; the number of finished epochs, 0 where there is no checkpoint.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or does not fit.</exception>
    public static int Restore(string folder, params TrainedPart[] parts)
    {
        string path = PathIn(folder);
        if (!File.Exists(path)) return 0;
        using DisposeScope scope = NewDisposeScope();
        if (!int.TryParse(SafeTensors.ReadMetadata(path).GetValueOrDefault(EpochKey), CultureInfo.InvariantCulture, out int epoch) || epoch < 0)
            throw new InputException(path, "does not say which epoch it is; delete it to start the preparation again");
        Dictionary<string, Tensor> saved = SafeTensors.Read(path);
        try
        {
            foreach (TrainedPart part in parts) part.Restore(saved);
        }
        catch (KeyNotFoundException e)
        {
            throw new InputException(path, $"does not fit the networks ({e.Message}); delete it to start the preparation again", e);
        }
        return epoch;
    }

    /// <summary>Writes the finished network's weights.</summary>
    public static void SaveWeights(string folder, nn.Module network)
    {
        using DisposeScope scope = NewDisposeScope();
        AtomicFile.Write(Path.Combine(folder, ArtifactCache.WeightsFile), stream => SafeTensors.Write(stream, network.state_dict()));
    }

    private static string PathIn(string folder) => Path.Combine(folder, $"{ArtifactCache.ProgressPrefix}.safetensors");
}
