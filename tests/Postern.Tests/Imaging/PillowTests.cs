using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Tests.Imaging;

/// <summary>Compares picture operations with Pillow itself.</summary>
[Trait("Category", "Outside")]
public class PillowTests
{
    private static readonly byte[] Fill = [124, 116, 104];
    private static readonly object[] FillArgument = [124, 116, 104];

    [Fact]
    public void Tone_curves_are_Pillows_to_the_bit() => Compare(0,
        [
            InPlace("autocontrast", [], ToneCurves.AutoContrast),
            InPlace("equalize", [], ToneCurves.Equalize),
            InPlace("invert", [], ToneCurves.Invert),
            .. Enumerable.Range(0, 9).Select(bits => InPlace("posterize", [bits], image => ToneCurves.Posterize(image, bits))),
            .. new[] { 0, 26, 128, 230, 256 }
            .Select(level => InPlace("solarize", [level], image => ToneCurves.Solarize(image, level))),
            .. new[] { 0, 11, 99, 110 }.Select(
                amount => InPlace("solarize_add", [amount], image => ToneCurves.SolarizeAdd(image, amount))),
        ]);

    [Fact]
    public void Enhancements_are_Pillows_to_the_bit() => Compare(0,
        [.. new[] { 0.0, 0.1, 0.19, 0.5, 0.83, 1.0, 1.07, 1.5, 1.81, 1.9 }.SelectMany(factor => new[]
        {
            InPlace("color", [factor], image => Enhancement.Color(image, (float)factor)),
            InPlace("contrast", [factor], image => Enhancement.Contrast(image, (float)factor)),
            InPlace("brightness", [factor], image => Enhancement.Brightness(image, (float)factor)),
            InPlace("sharpness", [factor], image => Enhancement.Sharpness(image, (float)factor, new byte[image.Pixels.Length])),
        })]);

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    public void Affine_transforms_are_Pillows_to_the_bit(Interpolation kernel) => Compare(0,
        [.. new[] { -0.3, -0.27, 0.0, 0.123, 0.27 }.SelectMany(factor => new[]
        {
            Affine(kernel, _ => AffineTransform.ShearX(factor)),
            Affine(kernel, _ => AffineTransform.ShearY(factor)),
            Affine(kernel, image => AffineTransform.Translate(factor * 1.5 * image.Width, 0)),
            Affine(kernel, image => AffineTransform.Translate(0, factor * 1.5 * image.Height)),
        })]);

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    public void Rotations_are_Pillows_to_the_bit(Interpolation kernel) => Compare(0,
        [.. new[] { -30, -27.3, -1e-3, 0, 4.5, 27, 30 }
            .Select(degrees => new Operation("rotate", [Word(kernel), FillArgument, degrees],
            image => Transformed(image, AffineTransform.Rotate(degrees, image.Width, image.Height), kernel)))]);

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    public void Resizes_are_Pillows_to_the_bit(Interpolation kernel) => Compare(0,
        [.. new[] { (7, 5), (32, 32), (33, 64), (224, 100), (300, 256) }
            .Select(size => new Operation("resize", [Word(kernel), size.Item1, size.Item2],
            image => Resampling.Resize(image, size.Item1, size.Item2, kernel)))]);

    [Theory]
    [InlineData(Interpolation.Bilinear)]
    [InlineData(Interpolation.Bicubic)]
    public void Resized_crops_of_floats_are_within_one_level_of_Pillows_crops_of_bytes(Interpolation kernel) => Compare(1,
        [.. Enumerable.Range(0, 8).Select(i => Crop(kernel, RandomStream.For(1, "test", i)))]);

    private static Operation Crop(Interpolation kernel, RandomStream stream)
    {
        int height = stream.NextInt(5, 30), width = stream.NextInt(5, 30), side = stream.NextInt(8, 40);
        int top = stream.NextInt(32 - height + 1), left = stream.NextInt(32 - width + 1);
        return new Operation("resized_crop", [top, left, height, width, side, Word(kernel)], image =>
        {
            float[] source = Array.ConvertAll(image.Pixels, v => v / 255f), target = new float[3 * side * side];
            new CropResizer().Apply(source, image.Width, top, left, height, width, kernel, target, side);
            return new RgbImage(side, side, Array.ConvertAll(target, v => (byte)MathF.Round(255 * v)));
        }, Square: true);
    }

    private sealed record Operation(string Name, object[] Arguments, Func<RgbImage, RgbImage> Apply, bool Square = false);

    private static Operation InPlace(string name, object[] arguments, Action<RgbImage> apply) => new(name, arguments, image =>
    {
        var copy = new RgbImage(image.Width, image.Height, [.. image.Pixels]);
        apply(copy);
        return copy;
    });

    private static Operation Affine(Interpolation kernel, Func<RgbImage, AffineTransform> transform)
    {
        // The script transforms the same picture, so the matrix is taken from one of its size.
        AffineTransform t = transform(new RgbImage(32, 32));
        return new Operation("affine", [Word(kernel), FillArgument, t.A, t.B, t.C, t.D, t.E, t.F],
            image => Transformed(image, t, kernel));
    }

    private static RgbImage Transformed(RgbImage image, AffineTransform transform, Interpolation kernel)
    {
        var target = new RgbImage(image.Width, image.Height);
        transform.Apply(image, target, kernel, Fill);
        return target;
    }

    /// <summary>
    /// Noise (every value), a smooth picture (what resampling is for), a flat and a narrow-ranged one (what histograms stumble
    /// on).
    /// </summary>
    private static RgbImage[] Pictures(bool square)
    {
        RgbImage smooth = Resampling.Bilinear(ImageFileTests.Noise(6, 6, seed: 2), square ? 32 : 45, 32), flat = new(32, 32),
            narrow = ImageFileTests.Noise(32, 32, 3);
        Array.Fill(flat.Pixels, (byte)77);
        foreach (ref byte value in narrow.Pixels.AsSpan()) value = (byte)(100 + value % 7);
        return [ImageFileTests.Noise(32, 32, seed: 1), smooth, flat, narrow];
    }

    private static void Compare(int tolerance, params Operation[] operations)
    {
        (Operation Operation, RgbImage Image)[] pairs =
            [.. operations.SelectMany(o => Pictures(o.Square).Select(image => (o, image)))];
        byte[][] expected = PillowProcess
            .Results([.. pairs.Select(p => new PillowProcess.Case(p.Operation.Name, p.Operation.Arguments, p.Image))]);
        for (int i = 0; i < pairs.Length; i++)
        {
            byte[] found = pairs[i].Operation.Apply(pairs[i].Image).Pixels;
            int worst = expected[i].Zip(found, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(expected[i].Length == found.Length && worst <= tolerance,
                $"{pairs[i].Operation.Name}({string.Join(", ", pairs[i].Operation.Arguments)}) of picture {i % 4} "
                    + $"differs by {worst}");
        }
    }

    private static string Word(Interpolation kernel) => kernel == Interpolation.Bicubic ? "bicubic" : "bilinear";
}
