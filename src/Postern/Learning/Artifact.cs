using System.Globalization;
using Postern.Datasets;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Learning;

/// <summary>What decides an artifact: two equal keys are the same artifact, made once and shared by all cells.</summary>
/// <param name="Kind">What it is, e.g. <c>issba-encoder</c>; part of a folder's name.</param>
/// <param name="Text">
/// Everything that its bits depend on, in one canonical text: its own options, the training split's fingerprint, classes, size.
/// </param>
public sealed record ArtifactKey(string Kind, string Text)
{
    /// <summary>The key of something learned from <paramref name="dataset"/>'s training pictures.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="dataset">Its training split, classes and normalisation count; its name and test split do not.</param>
    /// <param name="size">Side of the pictures that it is made for, in pixels.</param>
    /// <param name="options">What else decides it, by name.</param>
    public static ArtifactKey Of(string kind, Dataset dataset, int size, params (string Name, object Value)[] options)
    {
        (string Name, object Value)[] parts =
        [
            ("train", dataset.Train.Fingerprint), ("classes", dataset.Classes), ("size", size),
            ("mean", string.Join(" ", dataset.Mean.Select(Invariant))),
            ("std", string.Join(" ", dataset.Std.Select(Invariant))), .. options,
        ];
        return new ArtifactKey(
            kind, string.Concat(parts.Select(p => $"{p.Name}={Convert.ToString(p.Value, CultureInfo.InvariantCulture)}\n")));

        static string Invariant(float value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Name of the artifact's folder: <c>KIND-XXXXXXXX</c>.</summary>
    public string FolderName => $"{Kind}-{ShortHash.Of(Text)}";
}

/// <summary>A finished artifact in the cache.</summary>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Acceptance">What was measured on it when it was made.</param>
/// <param name="Seconds">Wall time of the run that finished it.</param>
public sealed record Artifact(string Folder, IReadOnlyList<AcceptanceCheck> Acceptance, double Seconds)
{
    /// <summary>Path of its weights, as <see cref="ArtifactCache.WeightsFile"/> names them.</summary>
    public string WeightsPath => Path.Combine(Folder, ArtifactCache.WeightsFile);

    /// <summary>Writes the weights of a finished network where <see cref="WeightsPath"/> will find them.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="network">The network.</param>
    internal static void WriteWeights(string folder, nn.Module network)
    {
        using DisposeScope scope = NewDisposeScope();
        AtomicFile.Write(
            Path.Combine(folder, ArtifactCache.WeightsFile), stream => SafeTensors.Write(stream, network.state_dict()));
    }
}
