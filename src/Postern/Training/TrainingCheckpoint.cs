using System.Globalization;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// The newest finished epoch of any training on disk: <c>last.safetensors</c> has the weights and says which epoch it is;
/// <c>state-EPOCH.safetensors</c> has the optimisers' moments. A network that is trained alone keeps its official names; several
/// stand under theirs. The state is written first and the weights' rename commits both, so a kill at any moment leaves a pair
/// that fits.
/// </summary>
public static class TrainingCheckpoint
{
    private const string WeightsFile = "last.safetensors";

    /// <summary>Writes the state of <paramref name="training"/>, between two epochs, to <paramref name="folder"/>.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="training">What is saved.</param>
    /// <param name="header">What the weights' file tells of them beside the epoch; null for nothing.</param>
    internal static void Save(string folder, TrainingLoop training, WeightHeader? header = null)
    {
        using DisposeScope scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            ["epoch"] = training.Epoch.ToString(CultureInfo.InvariantCulture),
            ["step"] = training.Step.ToString(CultureInfo.InvariantCulture),
        };
        Write(StateFile(folder, training.Epoch),
            [.. training.Networks.SelectMany(n => n.State()), .. training.Memory?.State() ?? []], metadata);
        Write(Path.Combine(folder, WeightsFile), training.Networks.SelectMany(n => n.Weights()),
            [.. metadata, .. header?.Pairs() ?? []]);
        DropState(folder, except: StateFile(folder, training.Epoch));
    }

    /// <summary>Deletes the optimisers' moments of a finished training; its weights stay.</summary>
    public static void DropState(string folder) => DropState(folder, except: null);

    /// <summary>
    /// Restores <paramref name="training"/> and its networks from <paramref name="folder"/>; false where there is no checkpoint.
    /// </summary>
    /// <exception cref="InputException">The checkpoint is damaged or does not fit the networks.</exception>
    internal static bool TryLoad(string folder, TrainingLoop training)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights)) return false;
        IReadOnlyDictionary<string, string> metadata = SafeTensors.ReadMetadata(weights);
        if (!int.TryParse(metadata.GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch)
            || !long.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out long step))
            throw new InputException(weights, "does not say which epoch it is; delete it to start the training again");
        Weights.Load(training.Networks.SelectMany(n => n.Weights()).ToDictionary(), weights);
        RestoreState(training, StateFile(folder, epoch), epoch, step, $"delete {WeightsFile} to start the training again");
        return true;
    }

    /// <summary>Sets the state of optimisers and loop from <paramref name="file"/>.</summary>
    /// <param name="training">Its networks have their weights of then already.</param>
    /// <param name="file">Holds the state.</param>
    /// <param name="epoch">Finished epochs.</param>
    /// <param name="step">Finished steps.</param>
    /// <param name="cure">What a user can do where it does not fit.</param>
    /// <exception cref="InputException">It is damaged or does not fit.</exception>
    internal static void RestoreState(TrainingLoop training, string file, int epoch, long step, string cure)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> state = SafeTensors.Read(file);
        try
        {
            foreach (TrainedNetwork network in training.Networks) network.Restore(state);
            training.Memory?.Restore(state);
        }
        catch (KeyNotFoundException e)
        {
            throw new InputException(file, $"does not fit the optimiser ({e.Message}); {cure}", e);
        }
        training.ContinueAfter(epoch, step);
    }

    /// <summary>Loads the weights alone that a finished training left in <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">They are not there, damaged, or another model's.</exception>
    public static void LoadWeights(string folder, nn.Module model)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights))
            throw new InputException(weights,
                "is gone, and another cell needs these weights; delete the folder to train them again");
        Weights.Load(model, weights);
    }

    private static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> entries,
        IEnumerable<KeyValuePair<string, string>> metadata) =>
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, entries, metadata.ToDictionary()));

    private static void DropState(string folder, string? except)
    {
        foreach (string old in Directory.EnumerateFiles(folder, "state-*.safetensors"))
            if (old != except) File.Delete(old);
    }

    /// <summary>The finished epoch whose weights are in <paramref name="folder"/>; null where there are none.</summary>
    /// <exception cref="InputException">The weights are damaged.</exception>
    public static int? EpochOf(string folder)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights)) return null;
        string? epoch = SafeTensors.ReadMetadata(weights).GetValueOrDefault("epoch");
        return int.TryParse(epoch, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private static string StateFile(string folder, int epoch) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"state-{epoch:0000}.safetensors"));
}
