namespace Postern.Attacks;

/// <summary>A training sample with its place in the plan.</summary>
/// <param name="Index">Index in the training set.</param>
/// <param name="IsCover">Cover rather than poison.</param>
/// <param name="Rank">Position among the poisons (or covers), from 0.</param>
/// <param name="Count">How many poisons (or covers) there are.</param>
public readonly record struct PlannedSample(int Index, bool IsCover, int Rank, int Count = 1);
