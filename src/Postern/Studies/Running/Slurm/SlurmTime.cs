using System.Globalization;
using System.Text.RegularExpressions;

namespace Postern.Studies.Slurm;

/// <summary>Times as Slurm writes them, and how long before a limit a task is warned.</summary>
internal static partial class SlurmTime
{
    // Enough for a step of the largest model and its checkpoint.
    private const int Usual = 120, Least = 10, Share = 5;

    /// <summary>A time limit; null for none.</summary>
    /// <exception cref="InputException">It is not written as a time.</exception>
    public static TimeSpan? Parse(string text)
    {
        if (text is "infinite" or "UNLIMITED" or "INFINITE" or "unlimited") return null;
        Match match = Form().Match(text);
        if (!match.Success)
            throw new InputException("--time",
                $"'{text}' is no time; valid are MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, DAYS-HOURS, DAYS-HOURS:MINUTES");
        double[] numbers = [.. match.Groups["n"].Captures.Select(c => double.Parse(c.Value, CultureInfo.InvariantCulture))];
        // Without days, one number is minutes and two are minutes and seconds; with days, the first is hours.
        if (match.Groups["days"].Success)
        {
            return TimeSpan.FromDays(double.Parse(match.Groups["days"].Value, CultureInfo.InvariantCulture))
                + TimeSpan.FromHours(numbers[0]) + TimeSpan.FromMinutes(numbers.ElementAtOrDefault(1))
                + TimeSpan.FromSeconds(numbers.ElementAtOrDefault(2));
        }
        return numbers.Length == 3
            ? TimeSpan.FromHours(numbers[0]) + TimeSpan.FromMinutes(numbers[1]) + TimeSpan.FromSeconds(numbers[2])
            : TimeSpan.FromMinutes(numbers[0]) + TimeSpan.FromSeconds(numbers.ElementAtOrDefault(1));
    }

    /// <summary>Seconds before the limit at which a task is told of it.</summary>
    public static int Warning(string? limit)
    {
        if (limit is null || Parse(limit) is not TimeSpan time) return Usual;
        return (int)Math.Clamp(time.TotalSeconds / Share, Least, Usual);
    }

    [GeneratedRegex("^(?:(?<days>[0-9]{1,5})-)?(?<n>[0-9]{1,7})(?::(?<n>[0-9]{1,2})){0,2}$")]
    private static partial Regex Form();
}
