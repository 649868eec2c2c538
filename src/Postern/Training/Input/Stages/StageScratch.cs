using Postern.Imaging;

namespace Postern.Training.Input.Stages;

/// <summary>Buffers that stages need while they work on one picture, kept from picture to picture: one for each thread.</summary>
public sealed class StageScratch
{
    private float[] floats = [];

    /// <summary>Crops and resizes.</summary>
    public CropResizer Resizer { get; } = new();

    /// <summary>The picture that 8-bit operations work on.</summary>
    public RgbImage Picture { get; private set; } = new(1, 1);

    /// <summary>A second one of the same size, of any content.</summary>
    public RgbImage Spare { get; private set; } = new(1, 1);

    /// <summary><paramref name="length"/> floats of any content, the same ones every time.</summary>
    public Span<float> Floats(int length)
    {
        if (floats.Length < length) floats = new float[length];
        return floats.AsSpan(0, length);
    }

    /// <summary>Rounds a picture [3, size, size] of values in [0, 1] to 8 bits, into <see cref="Picture"/>.</summary>
    public void Load(ReadOnlySpan<float> picture, int size)
    {
        if (Picture.Width != size) (Picture, Spare) = (new RgbImage(size, size), new RgbImage(size, size));
        Span<byte> pixels = Picture.Pixels;
        for (int i = 0; i < picture.Length; i++) pixels[i] = (byte)(Math.Clamp(picture[i], 0f, 1f) * 255f + 0.5f);
    }

    /// <summary>Writes <see cref="Picture"/> back as values in [0, 1].</summary>
    public void Store(Span<float> picture) => PixelValues.ToUnit(Picture.Pixels, picture);

    /// <summary>Makes the spare picture the one worked on.</summary>
    public void Swap() => (Picture, Spare) = (Spare, Picture);
}
