namespace Postern.Imaging;

/// <summary>Many pictures in one, in rows, enlarged without smoothing so that single pixels can be seen.</summary>
public static class ContactSheet
{
    /// <summary>Lays out <paramref name="pictures"/> row by row; smaller ones sit in the top left of their cell.</summary>
    /// <param name="pictures">At least one; they may differ in size.</param>
    /// <param name="columns">Pictures in a row.</param>
    /// <param name="zoom">Side, in result pixels, of one source pixel.</param>
    /// <param name="gap">Pixels between pictures and around them.</param>
    /// <param name="background">What shows in the gaps: red, green, blue.</param>
    /// <exception cref="ArgumentException">No picture, or a sheet larger than <see cref="PictureSize.MaxPixels"/>.</exception>
    public static RgbImage Arrange(
        IReadOnlyList<RgbImage> pictures, int columns, int zoom = 1, int gap = 2,
        (byte Red, byte Green, byte Blue)? background = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(zoom);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        if (pictures.Count == 0) throw new ArgumentException("a contact sheet needs a picture", nameof(pictures));

        columns = Math.Min(columns, pictures.Count);
        int rows = (pictures.Count + columns - 1) / columns;
        int cellWidth = pictures.Max(p => p.Width) * zoom + gap, cellHeight = pictures.Max(p => p.Height) * zoom + gap;
        long width = (long)columns * cellWidth + gap, height = (long)rows * cellHeight + gap;
        if (width * height > PictureSize.MaxPixels)
            throw new ArgumentException($"a sheet of {width}x{height} is larger than {PictureSize.MaxPixels} pixels",
                nameof(pictures));

        var sheet = new RgbImage((int)width, (int)height);
        (byte red, byte green, byte blue) = background ?? (255, 255, 255);
        int plane = sheet.Width * sheet.Height;
        sheet.Pixels.AsSpan(0, plane).Fill(red);
        sheet.Pixels.AsSpan(plane, plane).Fill(green);
        sheet.Pixels.AsSpan(2 * plane, plane).Fill(blue);
        for (int i = 0; i < pictures.Count; i++)
            Place(pictures[i], sheet, gap + i / columns * cellHeight, gap + i % columns * cellWidth, zoom);
        return sheet;
    }

    /// <summary>Takes some pictures out of a sheet that <see cref="Arrange"/> made, as they are there, in a row.</summary>
    /// <param name="sheet">The sheet.</param>
    /// <param name="pictures">How many it has.</param>
    /// <param name="columns">Pictures in a row, as it was made with.</param>
    /// <param name="chosen">Which ones, at least one.</param>
    /// <param name="gap">Pixels between pictures and around them, as it was made with.</param>
    /// <exception cref="ArgumentException">None or one that is not there is chosen, or it is no such sheet.</exception>
    public static RgbImage Take(RgbImage sheet, int pictures, int columns, IReadOnlyList<int> chosen, int gap = 2)
    {
        columns = Math.Min(columns, pictures);
        int rows = (pictures + columns - 1) / columns;
        int cellWidth = (sheet.Width - gap) / columns, cellHeight = (sheet.Height - gap) / rows;
        if (cellWidth <= gap || cellHeight <= gap
            || (cellWidth * columns, cellHeight * rows) != (sheet.Width - gap, sheet.Height - gap))
            throw new ArgumentException($"{sheet.Width}x{sheet.Height} is no sheet of {pictures} pictures", nameof(sheet));
        return Arrange([.. chosen.Select(Picture)], Math.Max(1, chosen.Count), gap: gap);

        RgbImage Picture(int index)
        {
            if (index < 0 || index >= pictures)
                throw new ArgumentException($"picture {index} of a sheet of {pictures}", nameof(chosen));
            return Resampling.Part(sheet, new PixelBox(gap + index / columns * cellHeight, gap + index % columns * cellWidth,
                cellHeight - gap, cellWidth - gap));
        }
    }

    private static void Place(RgbImage picture, RgbImage sheet, int top, int left, int zoom)
    {
        for (int channel = 0; channel < 3; channel++)
            for (int row = 0; row < picture.Height * zoom; row++)
                for (int column = 0; column < picture.Width * zoom; column++)
                    sheet[channel, top + row, left + column] = picture[channel, row / zoom, column / zoom];
    }
}
