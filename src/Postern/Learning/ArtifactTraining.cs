using System.Globalization;
using Postern.Models.Checkpoints;
using Postern.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>
/// Trains what becomes an artifact, and keeps every finished epoch in the artifact's folder, so that a kill costs at most one
/// epoch, a stop nothing, and what comes after it has the same bits. The cache deletes these epochs once the artifact is
/// complete.
/// </summary>
internal static class ArtifactTraining
{
    /// <summary>Goes on from the newest epoch of <paramref name="folder"/>, if there is one, to the last.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="training">The loop at epoch 0; at the end, at <paramref name="epochs"/>.</param>
    /// <param name="epochs">How many epochs the training has.</param>
    /// <param name="runEpoch">Trains the loop's next epoch.</param>
    /// <exception cref="InputException">A kept epoch is damaged or does not fit.</exception>
    public static void Run(string folder, TrainingLoop training, int epochs, Action runEpoch)
    {
        string checkpoints = Path.Combine(folder, ArtifactCache.ProgressPrefix);
        if (TrainingCheckpoint.TryLoad(checkpoints, training) is null)
            TryLoadSingleFile($"{checkpoints}.safetensors", training);
        while (training.Epoch < epochs)
        {
            try
            {
                runEpoch();
            }
            catch (OperationCanceledException) when (training.Part is not null)
            {
                TrainingCheckpoint.Save(checkpoints, training);
                throw;
            }
            TrainingCheckpoint.Save(checkpoints, training);
        }
    }

    /// <summary>
    /// Reads what Postern 0.1.0 kept of an encoder's or a generator's training: weights and moments in one file that tells the
    /// epoch and no steps, which no such training asks for.
    /// </summary>
    private static void TryLoadSingleFile(string file, TrainingLoop training)
    {
        if (!File.Exists(file)) return;
        if (!int.TryParse(SafeTensors.ReadMetadata(file).GetValueOrDefault("epoch"), CultureInfo.InvariantCulture, out int epoch)
            || epoch < 0)
            throw new InputException(file, "does not say which epoch it is; delete it to start the training again");
        using (DisposeScope scope = NewDisposeScope())
        {
            Dictionary<string, Tensor> saved = SafeTensors.Read(file);
            using var noGrad = no_grad();
            foreach ((string name, Tensor value) in training.Networks.SelectMany(n => n.Weights()))
            {
                if (!saved.TryGetValue(name, out Tensor? weight) || !weight.shape.SequenceEqual(value.shape))
                    throw new InputException(file,
                        $"does not hold the networks' '{name}'; delete it to start the training again");
                value.copy_(weight);
            }
        }
        TrainingCheckpoint.RestoreState(training, file, epoch, step: 0, "delete it to start the training again");
    }
}
