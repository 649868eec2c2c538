using Postern.Kernels;
using SkiaSharp;

namespace Postern.Datasets.Drawn;

/// <summary>What a sign's layer is painted with.</summary>
internal enum SignPaint
{
    /// <summary>Reflective white.</summary>
    White,
    /// <summary>Signal red.</summary>
    Red,
    /// <summary>Traffic blue.</summary>
    Blue,
    /// <summary>Traffic yellow.</summary>
    Yellow,
    /// <summary>Black.</summary>
    Black,
    /// <summary>Grey of a cancelled rule.</summary>
    Grey,
}

/// <summary>The paints of one sign: nominal colours, faded and dirtied a little differently on every sign.</summary>
internal readonly struct SignPalette
{
    private static readonly (double R, double G, double B)[] Nominal =
    [
        (0.93, 0.93, 0.91), (0.76, 0.10, 0.13), (0.06, 0.28, 0.62), (0.95, 0.74, 0.08), (0.08, 0.08, 0.09), (0.52, 0.52, 0.53),
    ];

    private readonly SKColor[] colours;

    /// <summary>Draws the shades of one sign.</summary>
    internal SignPalette(ref RandomStream stream)
    {
        colours = new SKColor[Nominal.Length];
        for (int i = 0; i < colours.Length; i++)
        {
            (double r, double g, double b) = Nominal[i];
            colours[i] = new SKColor(Shade(r, ref stream), Shade(g, ref stream), Shade(b, ref stream));
        }
    }

    /// <summary>The shade of <paramref name="paint"/> on this sign.</summary>
    internal SKColor this[SignPaint paint] => colours[(int)paint];

    private static byte Shade(double nominal, ref RandomStream stream) =>
        (byte)(255 * Math.Clamp(nominal + stream.NextDouble(-SignStrengths.PaintSpread, SignStrengths.PaintSpread), 0, 1));
}
