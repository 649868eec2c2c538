namespace Postern.Datasets;

/// <summary>Which part of a dataset.</summary>
public enum DatasetSplit
{
    /// <summary>What models learn from.</summary>
    Train,
    /// <summary>What they are measured on.</summary>
    Test,
}
