namespace Postern.Datasets;

/// <summary>The pictures of a split of an image folder, in the order of their indices.</summary>
/// <param name="Files">Names in the tree.</param>
/// <param name="Labels">Class of each.</param>
internal sealed record LabelledFiles(IReadOnlyList<string> Files, int[] Labels);
