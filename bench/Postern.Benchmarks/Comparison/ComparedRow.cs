namespace Postern.Benchmarks;

/// <summary>
/// A line of the comparison. Times are of one run of the work at its own batch, in milliseconds; null where there is none.
/// </summary>
/// <param name="Work">What is done; several lines of one work differ in precision or reference.</param>
/// <param name="Precision"><c>float32</c>, <c>bf16</c>, or empty where the work has none.</param>
internal sealed record ComparedRow(string Work, string Precision)
{
    /// <summary>Our time.</summary>
    public double? OursMs { get; init; }

    /// <summary>What the machine needs for the part that cannot be avoided, measured in the same run.</summary>
    public double? FloorMs { get; init; }

    /// <summary>Who else does it; empty for nobody.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The reference's time, scaled to our batch where its own was smaller.</summary>
    public double? ReferenceMs { get; init; }

    /// <summary>Peak resident memory of a process that does only this, in 10^6 bytes.</summary>
    public double? PeakMb { get; init; }

    /// <summary>What such a process has in use at its most, in 10^6 bytes.</summary>
    public double? LiveMb { get; init; }

    /// <summary>Sizes, and what else a reader needs; for the table only.</summary>
    public string Note { get; init; } = "";

    /// <summary>Why something of this line could not be measured; null where all was.</summary>
    public string? Skipped { get; init; }

    /// <summary>How many times the floor we take.</summary>
    public double? RatioToFloor => OursMs / FloorMs;

    /// <summary>How many times faster than the reference we are.</summary>
    public double? Speedup => ReferenceMs / OursMs;

    /// <summary>A time of <see cref="SideBySide"/> in milliseconds; null for one that could not be measured (NaN).</summary>
    public static double? Milliseconds(double seconds) => double.IsFinite(seconds) ? 1e3 * seconds : null;
}
