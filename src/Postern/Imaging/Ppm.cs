namespace Postern.Imaging;

/// <summary>
/// Binary portable pixmaps (P6), the format of GTSRB: a text header of width, height and 255, with comments from
/// <c>#</c> to the end of the line, then red, green and blue bytes row by row; and greymaps (P5), one byte a pixel.
/// </summary>
public static class Ppm
{
    /// <summary>Whether a file begins as such a picture does.</summary>
    internal static bool Begins(ReadOnlySpan<byte> data) =>
        (data.StartsWith("P5"u8) || data.StartsWith("P6"u8)) && data.Length > 2 && (IsBlank(data[2]) || data[2] == '#');

    /// <summary>Decodes a P6 or P5 picture of 8-bit values; grey becomes RGB.</summary>
    /// <param name="data">The file's content.</param>
    /// <param name="source">Its name, for errors.</param>
    /// <exception cref="InputException">Another format, a damaged header, values wider than 8 bits, or too few bytes.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, string source)
    {
        if (!data.StartsWith("P6"u8) && !data.StartsWith("P5"u8))
            throw new InputException(source, "not a binary PPM: it begins with neither P6 nor P5");
        int position = 2, channels = data[1] == '6' ? 3 : 1;
        int width = Number(data, ref position, "the width", source);
        int height = Number(data, ref position, "the height", source);
        int maximum = Number(data, ref position, "the largest value", source);
        if (maximum != 255) throw new InputException(source, $"the PPM's largest value is {maximum}, only 255 is read");
        // Exactly one blank parts the header from the pixels, whose first byte may itself look like one.
        if (position >= data.Length || !IsBlank(data[position]))
            throw new InputException(source, "the PPM's header does not end in a blank");
        position++;

        PictureSize.Check(width, height, data.Length, source);
        long expected = (long)channels * width * height;
        if (data.Length - position < expected)
            throw new InputException(source,
                $"the PPM of {width}x{height} needs {expected} bytes of pixels and has {data.Length - position}");
        return FromRows(data.Slice(position, (int)expected), width, height, channels);
    }

    private static RgbImage FromRows(ReadOnlySpan<byte> values, int width, int height, int channels)
    {
        var image = new RgbImage(width, height);
        int plane = width * height;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<byte> to = image.Pixels.AsSpan(channel * plane, plane);
            int from = channels == 3 ? channel : 0;
            for (int i = 0; i < plane; i++) to[i] = values[channels * i + from];
        }
        return image;
    }

    private static int Number(ReadOnlySpan<byte> data, ref int position, string what, string source)
    {
        while (position < data.Length && (IsBlank(data[position]) || data[position] == '#'))
        {
            if (data[position] == '#')
                while (position < data.Length && data[position] != '\n') position++;
            else position++;
        }
        int start = position;
        long value = 0;
        while (position < data.Length && data[position] is >= (byte)'0' and <= (byte)'9' && value < int.MaxValue)
            value = value * 10 + (data[position++] - '0');
        if (position == start || value > int.MaxValue) throw new InputException(source, $"the PPM's header does not tell {what}");
        return (int)value;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 11 or 12;
}
