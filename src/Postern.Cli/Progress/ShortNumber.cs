using System.Globalization;

namespace Postern.Cli.Progress;

/// <summary>A large count in three or four digits: 263.5 k, 7.15 M, 1.409 G.</summary>
internal static class ShortNumber
{
    public static string Text(long count)
    {
        (double scale, string unit) = count switch
        {
            >= 1_000_000_000 => (1e9, "G"),
            >= 1_000_000 => (1e6, "M"),
            >= 1_000 => (1e3, "k"),
            _ => (1, ""),
        };
        return scale == 1 ? count.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture,
            $"{count / scale:g4} {unit}");
    }

    /// <summary>Pictures a second: whole numbers, and two digits of what is below 10; a dash before any is known.</summary>
    public static string Rate(double perSecond)
    {
        if (!double.IsFinite(perSecond)) return "–";
        if (perSecond >= 10) return string.Create(CultureInfo.InvariantCulture, $"{perSecond:f0}");
        string twoDigits = perSecond.ToString("e1", CultureInfo.InvariantCulture);
        return decimal.Parse(twoDigits, NumberStyles.Float, CultureInfo.InvariantCulture)
            .ToString("0.##########", CultureInfo.InvariantCulture);
    }
}
