namespace Postern.Attacks.Learned;

/// <summary>Something that an attack learned before it could plant its trigger, complete on disk.</summary>
/// <param name="Folder">Its folder in the cache.</param>
/// <param name="Acceptance">What was measured on it when it was made.</param>
/// <param name="Seconds">Wall time of making it, in the run that finished it.</param>
public sealed record Ingredient(string Folder, IReadOnlyList<AcceptanceCheck> Acceptance, double Seconds);
