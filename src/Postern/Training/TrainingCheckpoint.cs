using System.Globalization;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What else lay in a checkpoint that a training was restored from.</summary>
/// <param name="Beside">What was kept beside the optimisers' state, by name.</param>
/// <param name="Damage">Why the newest checkpoint was not used; null where it was.</param>
internal sealed record RestoredTraining(IReadOnlyDictionary<string, string> Beside, string? Damage);

/// <summary>
/// The newest point of any training on disk: <c>last.safetensors</c> has the weights and says which point it is;
/// <c>state-EPOCH.safetensors</c> (<c>state-EPOCH-STEP.safetensors</c> within an epoch) has the optimisers' moments. A network
/// that is trained alone keeps its official names; several stand under theirs. The state is written first and the weights' rename
/// commits both, so a kill at any moment leaves a pair that fits. The point before it is kept as <c>previous.safetensors</c> with
/// its state: what is damaged is left for it.
/// </summary>
public static class TrainingCheckpoint
{
    private const string WeightsFile = "last.safetensors", PreviousFile = "previous.safetensors";
    private const string EpochKey = "epoch", StepKey = "step", BatchKey = "batch";
    private const string StatePattern = "state-*.safetensors";

    /// <summary>
    /// Writes the state of <paramref name="training"/>, between two epochs or where it was left within one, to
    /// <paramref name="folder"/>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="training">The training.</param>
    /// <param name="header">What the weights' file tells of them beside the epoch; null for nothing.</param>
    /// <param name="beside">What else is to be kept as long as the state, by name.</param>
    internal static void Save(string folder, TrainingLoop training, WeightHeader? header = null,
        IReadOnlyDictionary<string, string>? beside = null)
    {
        using DisposeScope scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            [EpochKey] = training.Epoch.ToString(CultureInfo.InvariantCulture),
            [StepKey] = training.Step.ToString(CultureInfo.InvariantCulture),
        };
        if (training.Part is EpochPart part) metadata[BatchKey] = part.Batches.ToString(CultureInfo.InvariantCulture);
        string state = StateFile(folder, metadata);
        Dictionary<string, string> stated = new(beside ?? new Dictionary<string, string>());
        foreach ((string key, string value) in metadata.Concat(training.Part?.Entries() ?? [])) stated[key] = value;
        AtomicFile.Write(state, stream => SafeTensors.Write(stream,
            [.. training.Networks.SelectMany(n => n.State()), .. training.Memory?.State() ?? []], stated));
        string previous = Path.Combine(folder, PreviousFile);
        Dictionary<string, string> told = metadata.Concat(header?.Pairs() ?? []).ToDictionary();
        AtomicFile.Write(Path.Combine(folder, WeightsFile),
            stream => SafeTensors.Write(stream, training.Networks.SelectMany(n => n.Weights()), told), keepAs: previous);
        DropStates(folder, except: File.Exists(previous)
            ? [state, StateFile(folder, SafeTensors.ReadMetadata(previous))] : [state]);
    }

    /// <summary>Deletes what only a training that goes on needs; the newest weights stay.</summary>
    public static void DropState(string folder)
    {
        File.Delete(Path.Combine(folder, PreviousFile));
        DropStates(folder, except: []);
    }

    /// <summary>Whether there is something to <see cref="DropState"/>.</summary>
    internal static bool HasState(string folder) => Directory.Exists(folder)
        && (File.Exists(Path.Combine(folder, PreviousFile)) || Directory.EnumerateFiles(folder, StatePattern).Any());

    /// <summary>
    /// Restores <paramref name="training"/> and its networks from <paramref name="folder"/>; null where there is no checkpoint. A
    /// damaged one gives way to the one before it, which is the newest from then on.
    /// </summary>
    /// <exception cref="InputException">
    /// Every checkpoint that is there is damaged or does not fit the networks; the newest one's error.
    /// </exception>
    internal static RestoredTraining? TryLoad(string folder, TrainingLoop training)
    {
        string newest = Path.Combine(folder, WeightsFile), previous = Path.Combine(folder, PreviousFile);
        InputException? damage = null;
        foreach (string weights in new[] { newest, previous }.Where(File.Exists))
        {
            try
            {
                IReadOnlyDictionary<string, string> beside = Load(folder, weights, training);
                if (weights == previous)
                {
                    FolderClaim.CheckWriting(Path.GetFullPath(newest));
                    File.Move(previous, newest, overwrite: true);
                }
                return new RestoredTraining(beside, damage?.Message);
            }
            catch (InputException e)
            {
                damage ??= e;
            }
        }
        return damage is null ? null : throw damage;
    }

    private static IReadOnlyDictionary<string, string> Load(string folder, string weights, TrainingLoop training)
    {
        IReadOnlyDictionary<string, string> metadata = SafeTensors.ReadMetadata(weights);
        if (!TryNumber(metadata, EpochKey, out long epoch) || !TryNumber(metadata, StepKey, out long step))
            throw new InputException(weights, "does not say which epoch it is; delete it to start the training again");
        Weights.Load(training.Networks.SelectMany(n => n.Weights()).ToDictionary(), weights);
        string state = StateFile(folder, metadata);
        IReadOnlyDictionary<string, string> beside = SafeTensors.ReadMetadata(state);
        if (new[] { EpochKey, StepKey, BatchKey }.Any(k => beside.GetValueOrDefault(k) != metadata.GetValueOrDefault(k)))
        {
            throw new InputException(state,
                $"belongs to other weights than those of {Path.GetFileName(weights)}; delete both to start the training again");
        }
        EpochPart? part = metadata.ContainsKey(BatchKey) ? EpochPart.Of(beside, state) : null;
        RestoreState(training, state, (int)epoch, step, $"delete {WeightsFile} to start the training again", part);
        return beside;
    }

    /// <summary>Sets the state of optimisers and loop from <paramref name="file"/>.</summary>
    /// <param name="training">Its networks have their weights of then already.</param>
    /// <param name="file">Holds the state.</param>
    /// <param name="epoch">Finished epochs.</param>
    /// <param name="step">Finished steps.</param>
    /// <param name="cure">What a user can do where it does not fit.</param>
    /// <param name="part">How far the next epoch is; null where it has not begun.</param>
    /// <exception cref="InputException">It is damaged or does not fit.</exception>
    internal static void RestoreState(
        TrainingLoop training, string file, int epoch, long step, string cure, EpochPart? part = null)
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
        training.ContinueAfter(epoch, step, part);
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

    /// <summary>Sees to it that the weights in <paramref name="folder"/> are as they were written.</summary>
    /// <exception cref="InputException">They are missing or damaged.</exception>
    internal static void Verify(string folder) => SafeTensors.Verify(Path.Combine(folder, WeightsFile));

    /// <summary>The finished epoch whose weights are in <paramref name="folder"/>; null where there are none.</summary>
    /// <exception cref="InputException">The weights are damaged.</exception>
    public static int? EpochOf(string folder)
    {
        string weights = Path.Combine(folder, WeightsFile);
        if (!File.Exists(weights)) return null;
        return TryNumber(SafeTensors.ReadMetadata(weights), EpochKey, out long epoch) ? (int)epoch : null;
    }

    private static void DropStates(string folder, IReadOnlyList<string> except)
    {
        foreach (string old in Directory.EnumerateFiles(folder, StatePattern))
            if (!except.Contains(old)) File.Delete(old);
    }

    /// <summary>The name is made of numbers alone, whatever the metadata say.</summary>
    private static string StateFile(string folder, IReadOnlyDictionary<string, string> metadata)
    {
        TryNumber(metadata, EpochKey, out long epoch);
        string within = metadata.ContainsKey(BatchKey) && TryNumber(metadata, StepKey, out long step)
            ? string.Create(CultureInfo.InvariantCulture, $"-{step:00000000}") : "";
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"state-{epoch:0000}{within}.safetensors"));
    }

    private static bool TryNumber(IReadOnlyDictionary<string, string> metadata, string key, out long number) =>
        long.TryParse(metadata.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && (key != EpochKey || number <= int.MaxValue);
}
