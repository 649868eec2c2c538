using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>One cell of a table, or a value of a figure.</summary>
/// <param name="Table">The table or figure.</param>
/// <param name="Names">The row and column: dataset, model, attack and defence, as the paper calls them.</param>
/// <param name="Condition">Options that only this value's cells have.</param>
/// <param name="Acc">ACC; null where it is not given.</param>
/// <param name="Asr">ASR; null where it is not given.</param>
public sealed record PublishedValue(string Table, CellNames Names, AttackCondition Condition, PublishedNumber? Acc,
    PublishedNumber? Asr);

/// <summary>A printed average over a table's attacked rows.</summary>
/// <param name="Table">The table.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Model">The column.</param>
/// <param name="Acc">Average ACC.</param>
/// <param name="Asr">Average ASR.</param>
/// <param name="RowsAcc">Mean ACC of the printed attacked rows, percent; it is not always the printed average.</param>
/// <param name="RowsAsr">Mean ASR of the printed attacked rows, percent.</param>
public sealed record PublishedAverage(
    string Table, string Dataset, string Model, PublishedNumber Acc, PublishedNumber Asr, decimal RowsAcc, decimal RowsAsr);

/// <summary>What the paper sets an attack to.</summary>
/// <param name="Dataset">On this dataset.</param>
/// <param name="Attack">The attack.</param>
/// <param name="Table">Where it says so.</param>
/// <param name="Condition">Its options.</param>
public sealed record PublishedSetting(string Dataset, string Attack, string Table, AttackCondition Condition);

/// <summary>A dataset of the paper.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">Where it is described.</param>
/// <param name="Input">Shape of an input, <c>CxHxW</c>.</param>
/// <param name="Classes">Classes.</param>
/// <param name="Train">Training images.</param>
/// <param name="Test">Test images.</param>
public sealed record PublishedDataset(string Name, string Table, string Input, int Classes, int Train, int Test);

/// <summary>A model of the paper.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">Where its size is given.</param>
/// <param name="Parameters">Parameters, as printed (7M is 7,000,000).</param>
public sealed record PublishedModel(string Name, string Table, long Parameters);
