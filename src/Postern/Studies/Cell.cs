using Postern.Configuration;

namespace Postern.Studies;

/// <summary>One training and its evaluation: a point of the study's grid, with every option resolved.</summary>
/// <param name="Id">
/// Name of its folder: <c>DATASET_MODEL_ATTACK_sSEED-XXXXXXXX</c>, where the eight hex digits are the start of a SHA-256 over
/// everything that decides the result. Safe as a file name on any system.
/// </param>
/// <param name="Dataset">Dataset with its options.</param>
/// <param name="Model">Model with its options.</param>
/// <param name="Attack">Attack with its options.</param>
/// <param name="Training">Training options: the preset's, overridden by the study's.</param>
/// <param name="Seed">Seed of every random draw.</param>
/// <param name="DatasetLabel">The dataset's name in tables.</param>
/// <param name="ModelLabel">The model's name in tables.</param>
/// <param name="AttackLabel">The attack's name in tables.</param>
public sealed record Cell(
    string Id, Choice Dataset, Choice Model, Choice Attack, Choice Training, long Seed,
    string DatasetLabel, string ModelLabel, string AttackLabel);
