using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// Everything that a study file can name. Given from outside, so that studies know no concrete attack or model.
/// </summary>
/// <param name="Datasets">Datasets by name.</param>
/// <param name="Models">Models by name.</param>
/// <param name="Attacks">Attacks by name; <c>none</c> is one of them.</param>
/// <param name="Defences">Defences by name; <c>none</c> is one of them.</param>
/// <param name="Presets">Training presets by name.</param>
public sealed record StudyCatalogs(
    IReadOnlyList<ICatalogEntry> Datasets, IReadOnlyList<ICatalogEntry> Models, IReadOnlyList<ICatalogEntry> Attacks,
    IReadOnlyList<ICatalogEntry> Defences, IReadOnlyList<IPreset> Presets);
