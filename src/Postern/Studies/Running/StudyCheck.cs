using Postern.Configuration;
using Postern.Datasets;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>Finds in options what only a cell that runs would find, before the first one does.</summary>
public static class StudyCheck
{
    // Options that name files which are read as a whole.
    private static readonly string[] Files = ["trigger", "trigger_mask", "weights"];

    // Whose classes are known without opening them.
    private static readonly string[] OfKnownClasses = ["cifar10", "cifar100", "gtsrb", "signs"];

    /// <summary>Looks at every option of every cell, and where results go.</summary>
    /// <exception cref="InputException">The first that cannot be.</exception>
    public static void Of(RunFolder run)
    {
        Cell[] cells = [.. run.Study.Work.Cells];
        foreach (Cell cell in cells.DistinctBy(c => c.Training.Canonical)) _ = TrainingOptions.Settings(cell.Training);
        foreach (Cell cell in cells.DistinctBy(c => (c.Attack.Canonical, c.Dataset.Canonical))) CheckTarget(cell);
        foreach (Choice choice in cells.SelectMany(c => new[] { c.Attack, c.Model, c.Dataset }).DistinctBy(c => c.Canonical))
        {
            foreach (string file in Files.Select(f => choice.Values.GetValueOrDefault(f) ?? "").Where(f => f.Length > 0))
                PlainFile.Check(file);
            if (choice.Values.GetValueOrDefault("path") is { Length: > 0 } data && PlainFile.IsWithin(run.Output, data))
                throw new InputException("--out",
                    $"{run.Output} lies in the dataset {data}; results are no pictures, choose another folder");
        }
        if (run.Study.Published is string published) PlainFile.Check(published);
        try
        {
            if (Directory.Exists(run.Path)) Directory.EnumerateFileSystemEntries(run.Path).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(run.Path, $"cannot be read ({e.Message})", e);
        }
    }

    private static void CheckTarget(Cell cell)
    {
        if (!OfKnownClasses.Contains(cell.Dataset.Name)) return;
        int classes = DatasetCatalog.ScaleOf(cell.Dataset).Classes;
        if (cell.Attack.Values.TryGetValue("target", out string? text) && int.TryParse(text, out int target) && target >= classes)
            throw cell.Attack.Error($"target {target} is not a class of {cell.Dataset.Name}, which has {classes}");
    }
}
