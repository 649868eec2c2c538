namespace Postern.Kernels;

/// <summary><see cref="DepthwiseConv"/> as its equation stands, one number at a time in double precision.</summary>
public static unsafe class DepthwiseReference
{
    /// <summary>Computes y; arguments as in <see cref="DepthwiseConv.Forward"/>.</summary>
    public static void Forward(DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows bias, TokenRows y)
    {
        for (int pixel = 0; pixel < shape.Pixels; pixel++)
        {
            for (int c = 0; c < shape.Channels; c++)
            {
                double sum = bias.Exists ? bias.Start[c] : 0;
                for (int tap = 0; tap < shape.Taps; tap++)
                {
                    if (Seen(shape, pixel, tap) is int seen) sum += weight.Start[c * shape.Taps + tap] * x.Value(seen, c);
                }
                y.Set(pixel, c, sum);
            }
        }
    }

    /// <summary>Computes the gradients; arguments as in <see cref="DepthwiseConv.Backward"/>.</summary>
    public static void Backward(DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows gradY, TokenRows gradX,
        TokenRows gradWeight, TokenRows gradBias)
    {
        for (int c = 0; c < shape.Channels; c++)
        {
            double[] sumX = new double[shape.Pixels], sumWeight = new double[shape.Taps];
            double sumBias = 0;
            for (int pixel = 0; pixel < shape.Pixels; pixel++)
            {
                double grad = gradY.Value(pixel, c);
                sumBias += grad;
                for (int tap = 0; tap < shape.Taps; tap++)
                {
                    if (Seen(shape, pixel, tap) is not int seen) continue;
                    sumWeight[tap] += grad * x.Value(seen, c);
                    sumX[seen] += grad * weight.Start[c * shape.Taps + tap];
                }
            }
            for (int pixel = 0; pixel < shape.Pixels; pixel++) gradX.Set(pixel, c, sumX[pixel]);
            for (int tap = 0; tap < shape.Taps; tap++) gradWeight.Start[c * shape.Taps + tap] = (float)sumWeight[tap];
            gradBias.Start[c] = (float)sumBias;
        }
    }

    /// <summary>The pixel that a tap of the output at <paramref name="pixel"/> sees; null outside the map.</summary>
    private static int? Seen(DepthwiseShape shape, int pixel, int tap)
    {
        int down = tap / shape.Kernel - shape.Reach, across = tap % shape.Kernel - shape.Reach;
        int i = pixel / shape.Width % shape.Height + down, j = pixel % shape.Width + across;
        return i >= 0 && i < shape.Height && j >= 0 && j < shape.Width ? pixel + down * shape.Width + across : null;
    }
}
