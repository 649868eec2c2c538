namespace Postern.Datasets;

/// <summary>What an attack asks of a dataset before any picture is read.</summary>
/// <param name="Name">Catalogue name: <c>cifar10</c>, <c>gtsrb</c>, <c>folder</c>, <c>imagenet</c>, <c>signs</c>.</param>
/// <param name="TargetClass">The field's usual target class of this dataset.</param>
public sealed record DatasetTraits(string Name, int TargetClass)
{
    /// <summary>Names of the classes, by number; empty where they are not known.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];
}
