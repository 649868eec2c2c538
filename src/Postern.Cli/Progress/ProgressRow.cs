namespace Postern.Cli.Progress;

/// <summary>What is shown of a thing that goes on: its name, a bar, and facts in the order of their worth.</summary>
/// <param name="Name">What goes on.</param>
/// <param name="Share">How much of it is done, 0 to 1.</param>
/// <param name="Facts">Such as rate and time left; those that find no room are left out, the last first.</param>
internal sealed record ProgressRow(string Name, double Share, params string[] Facts)
{
    /// <summary>A bar shorter than this tells nothing; a longer one than the other nothing more.</summary>
    public const int ShortestBar = 10, LongestBar = 40;

    // Percent, rate and time left: "100%  123456 img/s  59 min 59 s left". What fits is decided by this rather than by the
    // facts themselves, so that rows do not jump between one line and two.
    private const int FactsWidth = 36, Gap = 2, KeptEnd = 12;

    /// <summary>The row within a width: one line, or two where the name leaves no room for a bar.</summary>
    public IReadOnlyList<ProgressLine> Lines(int width)
    {
        int bar = width - Name.Length - 2 * Gap - FactsWidth;
        if (bar >= ShortestBar) return [Line($"{Name}{Space}", bar, width)];
        bar = Math.Max(ShortestBar, width - 2 * Gap - FactsWidth);
        return [new ProgressLine(Shortened(Name, width), 0, 0, ""), Line(Space, bar, width)];
    }

    private static string Space => new(' ', Gap);

    private ProgressLine Line(string before, int bar, int width)
    {
        bar = Math.Min(bar, LongestBar);
        int room = width - before.Length - bar;
        string facts = "";
        foreach (string fact in Facts.Where(f => f.Length > 0))
        {
            if (facts.Length + Gap + fact.Length > room) break;
            facts += Space + fact;
        }
        return new ProgressLine(before, (int)Math.Round(bar * Math.Clamp(Share, 0, 1)), bar, facts);
    }

    // The end has the seed.
    private static string Shortened(string name, int width) => name.Length <= width
        ? name : width <= KeptEnd ? name[..width] : $"{name[..(width - KeptEnd - 1)]}…{name[^KeptEnd..]}";
}

/// <summary>A line: text, a bar with its first columns filled, text.</summary>
internal sealed record ProgressLine(string Before, int Filled, int Bar, string After);
