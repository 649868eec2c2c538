using System.Globalization;

namespace Postern.Reports.Paper;

/// <summary>How a number is given.</summary>
public enum NumberKind
{
    /// <summary>Printed as it is.</summary>
    Exact,
    /// <summary>The text says that the value is above it.</summary>
    Above,
    /// <summary>The text says that the value is near it.</summary>
    Near,
}

/// <summary>A number as the paper gives it.</summary>
/// <param name="Percent">In percent, exact as printed.</param>
/// <param name="Kind">How it is given.</param>
public sealed record PublishedNumber(decimal Percent, NumberKind Kind)
{
    /// <summary><c>99.16</c>, <c>above 99</c> or <c>near 82</c>.</summary>
    public override string ToString() => Kind == NumberKind.Exact
        ? Percent.ToString("0.00", CultureInfo.InvariantCulture)
        : $"{Kind.ToString().ToLowerInvariant()} {Percent.ToString(CultureInfo.InvariantCulture)}";
}
