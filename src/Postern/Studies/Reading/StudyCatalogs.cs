using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// Everything that a study file can name. Given from outside, so that studies know no concrete attack or model; what a cell chose
/// carries its entry (<see cref="Choice.Entry"/>), which is what makes it.
/// </summary>
/// <param name="Datasets">Datasets.</param>
/// <param name="Models">Models.</param>
/// <param name="Attacks">Attacks; <c>none</c> is one of them.</param>
/// <param name="Defences">Defences; <c>none</c> is one of them.</param>
/// <param name="Presets">Training presets.</param>
public sealed record StudyCatalogs(
    ICatalog<ICatalogEntry> Datasets, ICatalog<ICatalogEntry> Models, ICatalog<ICatalogEntry> Attacks,
    ICatalog<ICatalogEntry> Defences, ICatalog<IPreset> Presets)
{
    /// <summary>The same with more attacks.</summary>
    /// <exception cref="ArgumentException">A name that is there already.</exception>
    public StudyCatalogs WithAttacks(params IEnumerable<ICatalogEntry> attacks) => this with { Attacks = With(Attacks, attacks) };

    /// <summary>The same with more models.</summary>
    /// <exception cref="ArgumentException">A name that is there already.</exception>
    public StudyCatalogs WithModels(params IEnumerable<ICatalogEntry> models) => this with { Models = With(Models, models) };

    /// <summary>The same with more datasets.</summary>
    /// <exception cref="ArgumentException">A name that is there already.</exception>
    public StudyCatalogs WithDatasets(params IEnumerable<ICatalogEntry> datasets) =>
        this with { Datasets = With(Datasets, datasets) };

    /// <summary>The same with more defences.</summary>
    /// <exception cref="ArgumentException">A name that is there already.</exception>
    public StudyCatalogs WithDefences(params IEnumerable<ICatalogEntry> defences) =>
        this with { Defences = With(Defences, defences) };

    private static Catalog<ICatalogEntry> With(ICatalog<ICatalogEntry> catalog, IEnumerable<ICatalogEntry> more) =>
        new(catalog.Kind, [.. catalog, .. more]);
}
