using Postern.Attacks;
using Postern.Datasets;
using Postern.Defences;
using Postern.Models;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>Everything that Postern itself has for studies to name.</summary>
public static class ShippedCatalogs
{
    /// <summary>The catalogues; <see cref="StudyCatalogs.WithAttacks"/> and its like add to them.</summary>
    public static StudyCatalogs All { get; } =
        new(DatasetCatalog.All, ModelCatalog.All, AttackCatalog.All, DefenceCatalog.All, PresetCatalog.All);
}
