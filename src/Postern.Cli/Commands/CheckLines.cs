using System.Globalization;
using Postern.Datasets;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>What <c>postern data info PATH --check</c> says about pictures that cannot be read.</summary>
internal static class CheckLines
{
    private const int MostListed = 100;

    /// <summary>Lists them.</summary>
    public static void WriteUnreadable(DatasetCheck check)
    {
        string[] errors = [.. check.Splits.SelectMany(s => s.Swept.Unreadable).Select(u => u.Error)];
        foreach (string error in errors.Take(MostListed)) AnsiConsole.MarkupLineInterpolated($"[red]unreadable[/] {error}");
        if (errors.Length > MostListed) AnsiConsole.MarkupLineInterpolated(
            $"[red]unreadable[/] {errors.Length - MostListed} more; --json lists all");
    }

    /// <summary>Says how many were looked at, and how fast.</summary>
    public static void WriteCounts(DatasetCheck check)
    {
        double rate = check.Decoded / check.Seconds;
        string how = check.Decoded == 0
            ? "none of which had to be decoded for it"
            : string.Create(CultureInfo.InvariantCulture,
                $"{check.Decoded} decoded in {check.Seconds:f1} s: {rate:f0} a second, {rate / check.Threads:f0} on each of {check.Threads} cores");
        AnsiConsole.MarkupLineInterpolated($"checked: {check.Count} pictures, {how}; {check.Unreadable} cannot be read");
    }

    /// <summary>How the command ends where some cannot be read.</summary>
    public static InputException Error(string path, DatasetCheck check)
    {
        string first = check.Splits.SelectMany(s => s.Swept.Unreadable).First().Error;
        return new InputException(path, string.Create(CultureInfo.InvariantCulture,
            $"{check.Unreadable} of {check.Count} pictures cannot be read ({first}); ")
            + "replace or remove them, or set unreadable: skip in a study");
    }
}
