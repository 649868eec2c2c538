using Postern.Configuration;
using Postern.Native;

namespace Postern.Studies;

/// <summary>A set of cells: the grid datasets x models x attacks x defences x seeds of one study file.</summary>
/// <param name="Name">Name of its folder under the output folder, a slug.</param>
/// <param name="About">One line for the report, empty where the file gives none.</param>
/// <param name="FilePath">The study file, as it was named.</param>
/// <param name="Preset">Name of the training preset.</param>
/// <param name="Cells">In the order dataset, model, attack, defence, seed; ids are unique.</param>
public sealed record Study(string Name, string About, string FilePath, string Preset, IReadOnlyList<Cell> Cells)
{
    /// <summary>The <c>--set</c> values that it was read with.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>
    /// Path of the file with published values and claims (key <c>published</c>); null where the study names none.
    /// </summary>
    public string? Published { get; init; }

    /// <summary>
    /// Where networks live (<see cref="ComputeDevice.Resolve"/>): a word, as machines differ. No result's identity depends on it.
    /// </summary>
    public string Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Paths that the study names and that are not there: it can be planned and reported, and not run.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>
    /// Accuracy under PGD, as the key <c>measures</c> asks for it of every cell that the study lists; null where it does not.
    /// </summary>
    public Choice? Adversarial { get; init; }

    /// <summary>
    /// What looks into the trained network of every cell that the study lists and that it fits, as the key <c>probes</c> asks
    /// for.
    /// </summary>
    public IReadOnlyList<Choice> Probes { get; init; } = [];

    /// <summary>
    /// The study that this is a part of (<see cref="Only"/>), with the terms that chose it; null for a whole one.
    /// </summary>
    public (Study Study, IReadOnlyList<string> Terms)? Whole { get; init; }

    /// <summary>
    /// A study file of the same cells, wherever it is put: grids written out, <c>--set</c> values put in, defaults filled in and
    /// paths absolute.
    /// </summary>
    public required Lazy<string> Yaml { get; init; }

    /// <summary>The work behind the cells.</summary>
    public required WorkGraph Work { get; init; }

    /// <summary>
    /// The study with only those cells that are chosen: <c>dataset=</c>, <c>model=</c>, <c>attack=</c>, <c>defence=</c>
    /// (name or label), <c>seed=</c>, or a part of the cell's id (<see cref="CellFilter"/>).
    /// </summary>
    /// <exception cref="InputException">
    /// An unknown key, a value that nothing has, or no cell that has all; the message lists what exists.
    /// </exception>
    public Study Only(IReadOnlyList<string> terms)
    {
        IReadOnlyList<CellFilter> filters = CellFilter.Of(terms, Cells);
        Cell[] kept = [.. Cells.Where(c => filters.All(f => f.Matches(c)))];
        if (kept.Length > 0)
            return this with { Cells = kept, Work = Work.For(kept), Whole = (this, terms) };
        throw new InputException($"--only {string.Join(' ', terms)}",
            $"matches no cell of {Name}, which has "
            + $"datasets {List(c => c.DatasetLabel)}; models {List(c => c.ModelLabel)}; attacks {List(c => c.AttackLabel)}; "
            + $"defences {List(c => c.DefenceLabel)}; seeds {List(c => CellFilter.SeedText(c))}");
    }

    private string List(Func<Cell, string> of) => string.Join(", ", Cells.Select(of).Distinct());
}
