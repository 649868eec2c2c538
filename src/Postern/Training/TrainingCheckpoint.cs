using System.Globalization;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// The newest finished epoch on disk: <c>last.safetensors</c> has the weights under their official names and says which epoch
/// it is; <c>state-EPOCH.safetensors</c> has the optimiser's moments. The state is written first and the weights' rename commits
/// both, so a kill at any moment leaves a pair that fits.
/// </summary>
public static class TrainingCheckpoint
{
    private const string WeightsFile = "last.safetensors";

    /// <summary>Writes <paramref name="trainer"/>'s state at the end of an epoch to <paramref name="folder"/>.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="trainer">Its trainer, between two epochs.</param>
    public static void Save(string folder, Backbone model, Trainer trainer)
    {
        using DisposeScope scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            ["epoch"] = trainer.Epoch.ToString(CultureInfo.InvariantCulture),
            ["step"] = trainer.Step.ToString(CultureInfo.InvariantCulture),
        };
        AtomicFile.Write(StateFile(folder, trainer.Epoch), stream => SafeTensors.Write(stream, trainer.State(), metadata));
        AtomicFile.Write(Path.Combine(folder, WeightsFile), stream => SafeTensors.Write(stream, model.state_dict(), metadata));
        DropState(folder, except: StateFile(folder, trainer.Epoch));
    }

    /// <summary>Deletes the optimiser's moments of a finished cell; its weights stay.</summary>
    public static void DropState(string folder) => DropState(folder, except: null);

    private static void DropState(string folder, string? except)
    {
        foreach (string old in Directory.EnumerateFiles(folder, "state-*.safetensors"))
            if (old != except) File.Delete(old);
    }

    /// <summary>Restores model and trainer from <paramref name="folder"/>; false where there is no checkpoint.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or does not fit the model.</exception>
    public static bool TryLoad(string folder, Backbone model, Trainer trainer)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights)) return false;
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, string> metadata = SafeTensors.ReadMetadata(weights);
        if (!int.TryParse(metadata.GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch)
            || !long.TryParse(metadata.GetValueOrDefault("step"), CultureInfo.InvariantCulture, out long step))
            throw new InputException(weights, "does not say which epoch it is; delete it to start the cell again");
        Weights.Load(model, weights);
        string state = StateFile(folder, epoch);
        try
        {
            trainer.Restore(epoch, step, SafeTensors.Read(state));
        }
        catch (KeyNotFoundException e)
        {
            throw new InputException(state, $"does not fit the optimiser ({e.Message}); delete {WeightsFile} to start the cell again", e);
        }
        return true;
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

    /// <summary>Loads the weights alone that a finished training left in <paramref name="folder"/>.</summary>
    /// <exception cref="InputException">They are not there, damaged, or another model's.</exception>
    public static void LoadWeights(string folder, Backbone model)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights)) throw new InputException(weights, "is gone, and another cell needs these weights; delete the folder to train them again");
        Weights.Load(model, weights);
    }

    private static string StateFile(string folder, int epoch) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"state-{epoch:0000}.safetensors"));
}
