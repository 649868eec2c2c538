using System.Globalization;

namespace Postern.Reports.Text;

/// <summary>Spans of time for readers.</summary>
internal static class Duration
{
    /// <summary><c>12.3 s</c>, <c>4 min 05 s</c> or <c>2 h 07 min</c>.</summary>
    public static string Text(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)seconds / 3600} h {(long)seconds % 3600 / 60:00} min"),
    };
}
