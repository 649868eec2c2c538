using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Tests.Imaging;

public class PixelValuesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Vectors_of_any_length_have_the_bits_of_plain_code(int length)
    {
        byte[] pixels = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        float[] values = new float[length + 1];
        PixelValues.ToUnit(pixels, values);
        Assert.Equal([.. pixels.Select(p => p / 255f), 0f], values);

        float mean = 0.4914f, scale = 1f / 0.247f;
        float[] expected = Array.ConvertAll(values, v => (v - mean) * scale);
        PixelValues.Normalise(values, mean, scale);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void A_part_leaves_the_rest_as_it_is()
    {
        const int Size = 40;
        var part = new PixelBox(3, 5, 20, 34);
        byte[] pixels = ImageFileTests.Noise(Size, Size, seed: 1).Pixels;
        float[] values = new float[pixels.Length];
        Array.Fill(values, -1f);
        PixelValues.ToUnit(pixels, values, Size, part);
        for (int i = 0; i < values.Length; i++)
        {
            int row = i / Size % Size, column = i % Size;
            bool inside = row >= part.Top && row < part.Bottom && column >= part.Left && column < part.Right;
            Assert.Equal(inside ? pixels[i] / 255f : -1f, values[i]);
        }
    }

    [Fact]
    public void Rounding_to_8_bits_and_back_gives_every_byte()
    {
        byte[] bytes = new byte[3 * 64 * 64];
        RandomStream stream = RandomStream.For(1, "test");
        foreach (ref byte value in bytes.AsSpan()) value = (byte)stream.NextInt(256);
        float[] values = new float[bytes.Length];
        PixelValues.ToUnit(bytes, values);
        Assert.Equal(bytes, RgbImage.Rounded(values, 64).Pixels);
    }
}
