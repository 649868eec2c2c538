namespace Postern.Configuration;

/// <summary>Finds the name a user probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The name of <paramref name="names"/> nearest to <paramref name="typed"/> in edit distance, or null if none is near.
    /// </summary>
    public static string? Find(string typed, IEnumerable<string> names)
    {
        (string? name, int distance) best = (null, int.MaxValue);
        foreach (string name in names)
        {
            int distance = EditDistance(typed.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < best.distance) best = (name, distance);
        }
        return best.name is not null && best.distance <= Math.Max(2, best.name.Length / 2) ? best.name : null;
    }

    /// <summary>The error for a name that means nothing: <c>there is no model 'x'; did you mean 'y'?</c></summary>
    /// <param name="kind">What was to be named, singular.</param>
    /// <param name="typed">The name.</param>
    /// <param name="names">Those that there are.</param>
    public static string Unknown(string kind, string typed, IEnumerable<string> names) =>
        $"there is no {kind} '{typed}'{Hint(typed, names)}";

    /// <summary>The end of an error: <c>; did you mean 'x'?</c>, or the list of valid names where none is near.</summary>
    public static string Hint(string typed, IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (Find(typed, all) is string near) return $"; did you mean '{near}'?";
        return all.Length == 0 ? "" : $"; valid are {string.Join(", ", all)}";
    }

    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
