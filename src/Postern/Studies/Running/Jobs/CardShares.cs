using System.Globalization;
using Postern.Native;

namespace Postern.Studies.Jobs;

/// <summary>
/// The cards that cells side by side are shared among: each job sees one of them, and takes it for the only one.
/// </summary>
public sealed class CardShares
{
    /// <summary>The environment variable that tells CUDA which cards a process sees.</summary>
    internal const string Variable = "CUDA_VISIBLE_DEVICES";

    private readonly IReadOnlyList<int> cards;
    private readonly string[] visible;

    /// <param name="cards">The cards, by their numbers in this process.</param>
    /// <param name="seen">What <see cref="Variable"/> says in this process; null or empty where it says nothing.</param>
    /// <param name="byNumber">Whether the study names its card, so that every job has to see what this process sees.</param>
    internal CardShares(IReadOnlyList<int> cards, string? seen, bool byNumber = false)
    {
        string[] outer = (seen ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        this.cards = cards;
        visible = byNumber ? [] : [.. cards.Select(c => c < outer.Length ? outer[c] : c.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>No card.</summary>
    public static CardShares None { get; } = new([], null);

    /// <summary>How many there are.</summary>
    public int Count => cards.Count;

    /// <summary>The cards of this machine that a study's cells may run on.</summary>
    public static CardShares Of(Study study) => new(ComputeDevice.CardsOf(study.Device),
        Environment.GetEnvironmentVariable(Variable), byNumber: study.Device.Contains(':', StringComparison.Ordinal));

    /// <summary>
    /// What a new job is to see: the card that the fewest of the others have; null for what this process sees.
    /// </summary>
    /// <param name="others">What jobs that run see.</param>
    internal string? Next(IReadOnlyList<string?> others) => visible.MinBy(card => others.Count(other => other == card));

    /// <inheritdoc/>
    public override string ToString() => cards.Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"card {cards[0]}")
        : $"cards {string.Join(", ", cards.SkipLast(1))} and {cards[^1]}";
}
