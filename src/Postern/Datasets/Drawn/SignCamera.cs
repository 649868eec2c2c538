using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Datasets.Drawn;

/// <summary>What a cheap camera makes of a scene: fewer pixels, haze, exposure, tint, blur and noise.</summary>
internal static class SignCamera
{
    /// <summary>Takes the picture.</summary>
    /// <param name="scene">[side * oversampling, side * oversampling, RGBA], 0..255.</param>
    /// <param name="side">Side of the result.</param>
    /// <param name="oversampling">Scene pixels to a result pixel, each way.</param>
    /// <param name="stream">Draws the light and the noise.</param>
    internal static RgbImage Take(ReadOnlySpan<byte> scene, int side, int oversampling, ref RandomStream stream)
    {
        float[] planes = Average(scene, side, oversampling);
        Light(planes, ref stream);
        Blur(planes, side, stream.NextDouble(0, SignStrengths.WidestBlur));
        float noise = (float)stream.NextDouble(SignStrengths.LeastNoise, SignStrengths.MostNoise);
        byte[] pixels = new byte[planes.Length];
        for (int i = 0; i < planes.Length; i++)
            pixels[i] = (byte)Math.Clamp((int)MathF.Round(255 * (planes[i] + noise * NearlyNormal(stream.NextUInt64()))), 0, 255);
        return new RgbImage(side, side, pixels);
    }

    private static float[] Average(ReadOnlySpan<byte> scene, int side, int oversampling)
    {
        float[] planes = new float[3 * side * side];
        int width = side * oversampling;
        for (int y = 0; y < width; y++)
        {
            int row = y / oversampling * side;
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> pixel = scene.Slice(4 * (y * width + x), 3);
                int at = row + x / oversampling;
                for (int channel = 0; channel < 3; channel++) planes[channel * side * side + at] += pixel[channel];
            }
        }
        float share = 1f / (255 * oversampling * oversampling);
        for (int i = 0; i < planes.Length; i++) planes[i] *= share;
        return planes;
    }

    private static void Light(float[] planes, ref RandomStream stream)
    {
        float haze = (float)stream.NextDouble(0, SignStrengths.Haze), fog = (float)stream.NextDouble(0.4, 0.8);
        float exposure = MathF.Pow(2, (float)stream.NextDouble(SignStrengths.DarkestExposure, SignStrengths.BrightestExposure));
        float gamma = (float)stream.NextDouble(SignStrengths.SmallestGamma, SignStrengths.LargestGamma);
        int plane = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            float cast = 1 + (float)stream.NextDouble(-SignStrengths.ColourCast, SignStrengths.ColourCast);
            foreach (ref float value in planes.AsSpan(channel * plane, plane))
                value = Math.Min(1, exposure * cast * MathF.Pow(value + haze * (fog - value), gamma));
        }
    }

    // Separable Gaussian, cut off at three pixels, the border repeated.
    private static void Blur(float[] planes, int side, double sigma)
    {
        const int Reach = 3;
        float[] weights = new float[2 * Reach + 1];
        for (int k = -Reach; k <= Reach; k++) weights[k + Reach] = (float)Math.Exp(-0.5 * k * k / (sigma * sigma + 1e-9));
        float sum = weights.Sum();
        for (int k = 0; k < weights.Length; k++) weights[k] /= sum;

        Span<float> line = stackalloc float[side + 2 * Reach];
        for (int start = 0; start < planes.Length; start += side * side)
        {
            Span<float> plane = planes.AsSpan(start, side * side);
            for (int i = 0; i < side; i++) Along(plane[(i * side)..], 1, line, weights);
            for (int i = 0; i < side; i++) Along(plane[i..], side, line, weights);
        }

        void Along(Span<float> plane, int step, Span<float> line, ReadOnlySpan<float> weights)
        {
            for (int j = 0; j < line.Length; j++) line[j] = plane[Math.Clamp(j - Reach, 0, side - 1) * step];
            for (int j = 0; j < side; j++)
            {
                float value = 0;
                for (int k = 0; k < weights.Length; k++) value += weights[k] * line[j + k];
                plane[j * step] = value;
            }
        }
    }

    // The sum of four 16-bit uniforms, of mean 0 and variance 1: nobody can tell a sensor's noise from a true normal's.
    private static float NearlyNormal(ulong bits)
    {
        ulong sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return ((float)sum - 2 * 65535) * (1 / 37837.2f);
    }
}
