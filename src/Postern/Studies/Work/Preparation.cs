using Postern.Attacks;

namespace Postern.Studies;

/// <summary>
/// Finds what a cell's attack has to learn before its training, so that cells which need the same share one task.
/// </summary>
internal static class Preparation
{
    /// <summary>The task's name, e.g. <c>prepare-issba-1f2e3d4c</c>; null where the attack learns nothing.</summary>
    /// <remarks>Equal names mean equal work. What is made is kept by content all the same (<c>ArtifactKey</c>).</remarks>
    public static string? KeyOf(Cell cell)
    {
        if (cell.Attack.Entry is not AttackEntry { Learned: true } attack) return null;
        IEnumerable<string> options = cell.Attack.Values.Where(v => !attack.PlanOptions.Contains(v.Key))
            .Select(v => $"{v.Key}={v.Value}");
        string text = $"{cell.Dataset.Canonical}\n{attack.Name}\n{string.Join('\n', options)}";
        return $"prepare-{attack.Name}-{ShortHash.Of(text)}";
    }
}
