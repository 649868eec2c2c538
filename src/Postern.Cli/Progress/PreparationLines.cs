using System.Diagnostics;
using Postern.Learning;

namespace Postern.Cli.Progress;

/// <summary>How a preparation goes on, a line every few seconds.</summary>
internal sealed class PreparationLines(TextWriter output) : IPreparationProgress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private readonly Stopwatch sinceLine = new();

    /// <summary>Whether a report is due: the first one, one after a pause, or the last.</summary>
    public bool Due(double fraction)
    {
        if (fraction < 1 && sinceLine.IsRunning && sinceLine.Elapsed < BetweenLines) return false;
        sinceLine.Restart();
        return true;
    }

    public static string Line(string artifact, double fraction, string detail) => $"preparing {artifact} {fraction:p0}  {detail}";

    public void Report(string artifact, double fraction, string detail)
    {
        if (Due(fraction)) output.WriteLine(Line(artifact, fraction, detail));
    }
}
