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
    ICatalog<ICatalogEntry> Defences, ICatalog<IPreset> Presets);
