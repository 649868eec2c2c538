namespace Postern.Datasets;

/// <summary>What an attack asks of a dataset before any picture is read.</summary>
/// <param name="Name">Catalogue name: <c>cifar10</c>, <c>gtsrb</c>, <c>imagenet</c>, <c>signs</c>.</param>
/// <param name="TargetClass">The field's usual target class of this dataset.</param>
public sealed record DatasetTraits(string Name, int TargetClass);
