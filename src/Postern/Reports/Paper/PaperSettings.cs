using System.Globalization;
using Postern.Configuration;
using Postern.Models;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Training.Recipes;

namespace Postern.Reports.Paper;

/// <summary>
/// How cells differ from the paper's cells whose names they bear: another dataset or fewer of its pictures, another model or
/// size, another attack setting, another length of training. Numbers of such cells are not the paper's to be compared with.
/// </summary>
/// <param name="published">What the paper prints, and which entries are the paper's.</param>
internal sealed class PaperSettings(PublishedValues published)
{
    /// <summary>Before a list of differences.</summary>
    public const string Badge = "not the paper's setting";

    /// <summary>
    /// In one line: <c>not the paper's setting: model vim-mini for Vim-t; epochs 10, the paper's 300</c>, or empty.
    /// </summary>
    public static string Text(IReadOnlyList<string> differences) =>
        differences.Count == 0 ? "" : $"{Badge}: {string.Join("; ", differences)}";

    /// <summary>Whether the paper has another dataset in the place of the cell's.</summary>
    public bool IsOtherDataset(Cell cell) =>
        Other("dataset", published.DatasetEntries, cell.Paper.Dataset, cell.Dataset) is not null;

    /// <summary>What differs, a few words each; empty for a cell of the paper, and where the paper does not say.</summary>
    /// <param name="report">The cell with its records.</param>
    /// <param name="settingIsNamed">Whether what it stands beside names the attack's setting itself.</param>
    public IReadOnlyList<string> Of(CellReport report, bool settingIsNamed)
    {
        Cell cell = report.Cell;
        string?[] found =
        [
            Other("dataset", published.DatasetEntries, cell.Paper.Dataset, cell.Dataset) ?? FewerPictures(report),
            Other("model", published.ModelEntries, cell.Paper.Model, cell.Model),
            .. OtherSizes(cell), .. settingIsNamed ? [] : OtherAttack(cell), OtherLength(cell),
        ];
        return [.. found.OfType<string>()];
    }

    private static string? Other(string kind, IReadOnlyList<PublishedEntry> entries, string paper, Choice choice) =>
        entries.FirstOrDefault(e => PublishedValues.Same(e.Name, paper)) is PublishedEntry entry
            && !entry.Is.Contains(choice.Name)
            ? $"{kind} {choice.Name} for {entry.Name}" : null;

    private string? FewerPictures(CellReport report)
    {
        Cell cell = report.Cell;
        if (published.Datasets.FirstOrDefault(
            d => PublishedValues.Same(d.Name, cell.Paper.Dataset)) is not PublishedDataset dataset)
            return null;
        int used = report.Description?.TrainCount
            ?? (cell.Dataset.Values.ContainsKey("train_subset") && cell.Dataset.Integer("train_subset") is > 0 and int subset
                ? subset : dataset.Train);
        return used == dataset.Train ? null : Differs("training pictures", Count(used), Count(dataset.Train));
    }

    /// <summary>The options of sizes that are set otherwise than the entry's own.</summary>
    private IEnumerable<string> OtherSizes(Cell cell)
    {
        if (published.ModelEntries.FirstOrDefault(
            e => PublishedValues.Same(e.Name, cell.Paper.Model))?.Is.Contains(cell.Model.Name)
            != true) return [];
        return from size in (cell.Model.Entry as ModelEntry)?.Sizes ?? []
               where size.Kind == OptionKind.Integer && cell.Model.Values[size.Name] != size.Default
               select Differs(size.Name, cell.Model.Values[size.Name], size.Default);
    }

    private IEnumerable<string> OtherAttack(Cell cell)
    {
        if (published.Setting(cell.Paper.Dataset, cell.Paper.Attack)?.Condition is not AttackCondition paper) return [];
        var here = AttackCondition.Of(cell.Attack);
        (string Name, decimal? Paper, decimal? Here)[] options = [("poison_rate", paper.PoisonRate, here.PoisonRate),
            ("intensity", paper.Intensity, here.Intensity)];
        return from option in options
               where option is { Paper: decimal, Here: decimal } && option.Paper != option.Here
               select Differs(option.Name, Number(option.Here.GetValueOrDefault()), Number(option.Paper.GetValueOrDefault()));
    }

    private string? OtherLength(Cell cell)
    {
        string? preset = published.DatasetEntries.FirstOrDefault(e => e.Is.Contains(cell.Dataset.Name)
            && PublishedValues.Same(e.Name, cell.Paper.Dataset))?.Preset;
        if (preset is null || PresetCatalog.All.Find(preset) is not IPreset programme || cell.Model.Entry is not ModelEntry)
            return null;
        string epochs = programme.For(cell.Dataset, cell.Model).Options.First(o => o.Name == "epochs").Default;
        string here = cell.Training.Values["epochs"];
        return here == epochs ? null : Differs("epochs", here, epochs);
    }

    private static string Differs(string what, string here, string paper) => $"{what} {here}, the paper's {paper}";

    private static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
