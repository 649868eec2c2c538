using SkiaSharp;

namespace Postern.Imaging;

/// <summary>
/// Letters of 5x7 dots, for machines without a font: capitals, digits and signs; small letters are shown as capitals.
/// </summary>
internal static class PixelGlyphs
{
    /// <summary>Dots from one letter to the next, over dots of a line's height.</summary>
    internal const int Advance = 6, Height = 7;

    private const int Columns = 5;
    private const char First = ' ', Last = 'Z', Unknown = '?';

    // Five columns a letter, a byte each, whose lowest bit is the uppermost dot.
    private static readonly byte[] Dots = Convert.FromHexString(
        "0000000000" + "00005F0000" + "0007000700" + "147F147F14" + "242A7F2A12" + "2313086462" + "3649562050" + "0005030000"
        + "001C224100" + "0041221C00" + "2A1C7F1C2A" + "08083E0808" + "0050300000" + "0808080808" + "0000606000" + "2010080402"
        + "3E5149453E" + "00427F4000" + "7249494946" + "2141494D33" + "1814127F10" + "2745454539" + "3C4A494931" + "4121110907"
        + "3649494936" + "464949291E" + "0000140000" + "0040340000" + "0008142241" + "1414141414" + "0041221408" + "0201590906"
        + "3E415D594E" + "7C1211127C" + "7F49494936" + "3E41414122" + "7F4141413E" + "7F49494941" + "7F09090901" + "3E41415173"
        + "7F0808087F" + "00417F4100" + "2040413F01" + "7F08142241" + "7F40404040" + "7F021C027F" + "7F0408107F" + "3E4141413E"
        + "7F09090906" + "3E4151215E" + "7F09192946" + "2649494932" + "03017F0103" + "3F4040403F" + "1F2040201F" + "3F4038403F"
        + "6314081463" + "0304780403" + "6159494D43");

    /// <summary>Draws a line of text.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="text">The line.</param>
    /// <param name="left">Its left end.</param>
    /// <param name="top">Its upper end.</param>
    /// <param name="dot">Side of a dot.</param>
    /// <param name="paint">The colour.</param>
    internal static void Draw(SKCanvas canvas, string text, float left, float top, float dot, SKPaint paint)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char letter = char.ToUpperInvariant(text[i]);
            if (letter is < First or > Last) letter = Unknown;
            for (int column = 0; column < Columns; column++)
                for (int row = 0; row < Height; row++)
                    if ((Dots[(letter - First) * Columns + column] >> row & 1) != 0)
                        canvas.DrawRect(left + (i * Advance + column) * dot, top + row * dot, dot, dot, paint);
        }
    }
}
