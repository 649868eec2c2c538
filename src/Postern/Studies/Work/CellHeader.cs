using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Models.Checkpoints;

namespace Postern.Studies;

/// <summary>What the files of a cell's weights tell of them: model, input, classes.</summary>
internal static class CellHeader
{
    // How pictures become inputs; which of them, and where they lie, is the data's affair.
    private static readonly string[] InputOptions = ["size", "resize", "test_crop", "decode", "label", "labels"];

    /// <summary>The header for <paramref name="cell"/>'s weights, which are fed from <paramref name="dataset"/>.</summary>
    public static WeightHeader Of(Cell cell, Dataset dataset) => new(
        new NamedOptions(cell.Model.Name, Set(cell.Model, (cell.Model.Entry as ModelEntry)?.Sizes ?? [])),
        new ModelInput(dataset.InputSize, dataset.Mean, dataset.Std),
        dataset.Train.ClassNames,
        new NamedOptions(cell.Dataset.Name, Set(cell.Dataset, cell.Dataset.Entry.Options
            .Where(o => o.Kind != OptionKind.File && InputOptions.Contains(o.Name)))));

    private static Dictionary<string, string> Set(Choice choice, IEnumerable<OptionInfo> options) => options
        .Where(o => choice.Values[o.Name] != o.Default).ToDictionary(o => o.Name, o => choice.Values[o.Name]);
}
