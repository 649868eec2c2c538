using System.Globalization;
using Postern.Imaging;

namespace Postern.Probes;

/// <summary>A heat map: over a picture's grid of patches, or over layers and tokens.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Unit">Of what kind its values are.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Values">Row after row; NaN where there is nothing.</param>
public sealed record ProbeMap(string Title, ProbeUnit Unit, int Rows, int Columns, IReadOnlyList<double> Values)
{
    // More digits than a colour or a reader can tell, and a third of the file.
    private const string Digits = "G6";

    /// <summary>Whether 0 is in the middle of its colours, and signs count.</summary>
    public bool IsDiverging { get; init; }

    /// <summary>Whether its colours go from 0 to 1 whatever its values are: shares that are compared from map to map.</summary>
    public bool IsOfWhole { get; init; }

    /// <summary>The picture that it lies over, as PNG, whose sides the grid divides; null for none.</summary>
    public byte[]? Picture { get; init; }

    /// <summary>What the rows are: <c>block</c>; empty over a picture.</summary>
    public string RowAxis { get; init; } = "";

    /// <summary>What the columns are: <c>token</c>; empty over a picture.</summary>
    public string ColumnAxis { get; init; } = "";

    /// <summary>What a reader must know to read it; empty for nothing.</summary>
    public string Caption { get; init; } = "";

    /// <summary>A map of values that are rounded to what a reader can tell.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="unit">Of what kind its values are.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="values">Row after row.</param>
    public static ProbeMap Of(string title, ProbeUnit unit, int columns, IReadOnlyList<double> values) =>
        new(title, unit, values.Count / columns, columns, [.. values.Select(Rounded)]);

    /// <summary>
    /// The values of its first and last colour: the least and the largest value, or, where signs count, the same to both sides
    /// of 0, or those of shares.
    /// </summary>
    internal (double Low, double High) Range()
    {
        if (IsOfWhole) return (0, 1);
        double[] known = [.. Values.Where(double.IsFinite)];
        if (known.Length == 0) return (0, 0);
        double most = known.Max(Math.Abs);
        return IsDiverging ? (-most, most) : (known.Min(), known.Max());
    }

    /// <summary>Its colours, over its picture where it has one.</summary>
    /// <exception cref="InputException">The picture is damaged.</exception>
    internal HeatPicture Colours()
    {
        (double low, double high) = Range();
        return new HeatPicture(Values, Columns, low, high, IsDiverging)
        {
            Under = Picture is null ? null : ImageFile.Decode(Picture, Title),
        };
    }

    /// <summary>It as a picture with its title and scale, as PNG.</summary>
    /// <exception cref="InputException">The picture under it is damaged.</exception>
    public byte[] ToPng()
    {
        ((double low, double high), string unit) = (Range(), Quantity.NameOf(Unit));
        return ImageFile.EncodePng(Colours().DrawWithScale(Title, Text(low), Text(high)));

        string Text(double value) => $"{Quantity.Number(value, Unit)} {unit}".TrimEnd();
    }

    internal string? Contradiction() => Rows < 1 || Columns < 1 || (long)Rows * Columns != Values.Count
        ? FormattableString.Invariant($"the map '{Title}' has {Values.Count} values for {Rows} rows of {Columns}") : null;

    private static double Rounded(double value) => !double.IsFinite(value) ? double.NaN
        : double.Parse(value.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
