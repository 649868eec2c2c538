using System.Globalization;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Models.Checkpoints;

namespace Postern.Studies;

/// <summary>
/// Cells that train nothing (<c>epochs: 0</c>): their weights are measured as they were loaded, fed with what they were trained
/// on.
/// </summary>
internal static class WeightsAsTheyAre
{
    /// <summary>Whether nothing is trained.</summary>
    public static bool Are(Choice training) => training.Values.GetValueOrDefault("epochs") == "0";

    /// <summary>
    /// Refuses a cell without weights to measure, and a defence that would act in the training that there is not.
    /// </summary>
    /// <exception cref="InputException">It is such a cell.</exception>
    public static void Check(MeasureTask task)
    {
        Cell cell = task.Cell;
        if (!Are(cell.Training)) return;
        if (task.Pretraining is null && task.TrainedBy is null && cell.Model.Values.GetValueOrDefault("checkpoint") is null or "")
        {
            throw cell.Training.Error(
                $"epochs: 0 measures weights as they are, and {cell.ModelLabel} names none; give the model a "
                + "'checkpoint', or train");
        }
        if (cell.Defence.Entry is DefenceEntry entry && entry.Stages(cell.Defence).HasFlag(DefenceStages.Training))
        {
            throw cell.Defence.Error($"{cell.DefenceLabel} acts while a model is trained, and with epochs: 0 nothing is; choose "
                + "another protocol, such as test, or train");
        }
    }

    /// <summary>
    /// The dataset as the weights' own input is made of it: with the constants of normalisation that their file tells, else its
    /// own.
    /// </summary>
    /// <param name="cell">The cell.</param>
    /// <param name="dataset">Its data.</param>
    /// <returns>The dataset, and what may surprise, a sentence each.</returns>
    /// <exception cref="InputException">The file has the data's classes in another order.</exception>
    public static (Dataset Dataset, IReadOnlyList<string> Notes) Fed(Cell cell, Dataset dataset)
    {
        if (cell.Model.Values.GetValueOrDefault("checkpoint") is not { Length: > 0 } file) return (dataset, []);
        WeightHeader header = WeightHeader.At(file);
        var notes = new List<string>();
        if (header.ClassNames is IReadOnlyList<string> names) notes.AddRange(Compare(names, dataset.Train.ClassNames, file));
        if (header.Input is not ModelInput input) return (dataset, notes);
        if (input.Size != dataset.InputSize)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"the weights were trained on inputs of {input.Size}x{input.Size}, and these are {dataset.InputSize}x{dataset.InputSize}"));
        }
        if (input.Mean.SequenceEqual(dataset.Mean) && input.Std.SequenceEqual(dataset.Std)) return (dataset, notes);
        notes.Add($"inputs are normalised as the weights' file says, mean {Text(input.Mean)} and deviation {Text(input.Std)}");
        return (dataset with { Mean = [.. input.Mean], Std = [.. input.Std] }, notes);
    }

    private static IEnumerable<string> Compare(IReadOnlyList<string> stored, IReadOnlyList<string> here, string file)
    {
        if (stored.Count != here.Count || stored.SequenceEqual(here)) yield break;
        int first = Enumerable.Range(0, stored.Count).First(i => stored[i] != here[i]);
        string found =
            string.Create(CultureInfo.InvariantCulture, $"class {first} is '{stored[first]}' and here '{here[first]}'");
        if (stored.ToHashSet(StringComparer.Ordinal).SetEquals(here))
            throw new InputException(file,
                $"has the classes in another order: {found}; give the data a list of 'classes' in its order");
        yield return $"the weights' classes have other names: {found}";
    }

    private static string Text(IReadOnlyList<float> values) =>
        string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
