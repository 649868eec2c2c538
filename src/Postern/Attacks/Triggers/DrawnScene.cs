using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>
/// A scene that stands in for a photograph: noise whose contrast falls with its frequency, as in natural pictures, over a sky and a
/// ground, with a few lit shapes. Scene i is a function of i alone.
/// </summary>
internal static class DrawnScene
{
    private const int Octaves = 5, Shapes = 5;

    /// <summary>Draws scene <paramref name="index"/>, <paramref name="size"/> x <paramref name="size"/>.</summary>
    internal static RgbImage Draw(int index, int size)
    {
        RandomStream stream = RandomStream.For(0, "scene", index);
        double horizon = stream.NextDouble(0.3, 0.7);
        double[] sky = Colour(ref stream, 0.45, 0.95), ground = Colour(ref stream, 0.1, 0.55);
        var shapes = new (double X, double Y, double Width, double Height, bool Round, double[] Colour)[Shapes];
        for (int s = 0; s < Shapes; s++)
        {
            shapes[s] = (stream.NextDouble(), stream.NextDouble(), stream.NextDouble(0.06, 0.3), stream.NextDouble(0.06, 0.35), stream.NextBool(),
                Colour(ref stream, 0.05, 1.0));
        }
        double[] noise = Noise(ref stream, size);
        var image = new RgbImage(size, size);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                double x = (column + 0.5) / size, y = (row + 0.5) / size, texture = noise[row * size + column];
                double[] colour = y + 0.05 * texture < horizon ? sky : ground;
                foreach ((double cx, double cy, double w, double h, bool round, double[] own) in shapes)
                {
                    double dx = (x - cx) / w, dy = (y - cy) / h;
                    if (round ? dx * dx + dy * dy < 1 : Math.Max(Math.Abs(dx), Math.Abs(dy)) < 1) colour = own;
                }
                for (int channel = 0; channel < 3; channel++)
                    image.Pixels[(channel * size + row) * size + column] = (byte)Math.Clamp(255 * (colour[channel] + 0.22 * texture), 0, 255);
            }
        }
        return image;
    }

    private static double[] Colour(ref RandomStream stream, double low, double high) =>
        [stream.NextDouble(low, high), stream.NextDouble(low, high), stream.NextDouble(low, high)];

    /// <summary>Smooth noise in about [-1, 1]: each octave twice as fine and half as strong.</summary>
    private static double[] Noise(ref RandomStream stream, int size)
    {
        double[] sum = new double[size * size];
        for (int octave = 0; octave < Octaves; octave++)
        {
            int cells = 2 << octave;
            double[] knots = new double[(cells + 1) * (cells + 1)];
            for (int k = 0; k < knots.Length; k++) knots[k] = stream.NextDouble(-1, 1) / (1 << octave);
            for (int at = 0; at < sum.Length; at++)
            {
                double x = (at % size + 0.5) / size * cells, y = (at / size + 0.5) / size * cells;
                int column = (int)x, row = (int)y;
                double tx = Smooth(x - column), ty = Smooth(y - row);
                double upper = knots[row * (cells + 1) + column] * (1 - tx) + knots[row * (cells + 1) + column + 1] * tx;
                double lower = knots[(row + 1) * (cells + 1) + column] * (1 - tx) + knots[(row + 1) * (cells + 1) + column + 1] * tx;
                sum[at] += upper * (1 - ty) + lower * ty;
            }
        }
        return sum;

        static double Smooth(double t) => t * t * (3 - 2 * t);
    }
}
