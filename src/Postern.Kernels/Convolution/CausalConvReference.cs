namespace Postern.Kernels;

/// <summary><see cref="CausalConv"/> as its equation stands, one number at a time in double precision. Slow on purpose.</summary>
public static unsafe class CausalConvReference
{
    /// <summary>Computes u; arguments as in <see cref="CausalConv.Forward"/>.</summary>
    /// <exception cref="ArgumentException">As <see cref="CausalConv.Forward"/>.</exception>
    public static void Forward(CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead)
    {
        CausalConv.ValidateForward(shape, x, back, ahead);
        if (back.Exists) Forward(shape, x, back, toEarlier: 1);
        if (ahead.Exists) Forward(shape, x, ahead, toEarlier: -1);
    }

    /// <summary>Computes the gradients; arguments as in <see cref="CausalConv.Backward"/>.</summary>
    /// <exception cref="ArgumentException">As <see cref="CausalConv.Backward"/>.</exception>
    public static void Backward(CausalConvShape shape, TokenRows x, in CausalConvDirection back, in CausalConvDirection ahead,
        TokenRows gradX)
    {
        CausalConv.ValidateBackward(shape, x, back, ahead, gradX);
        double[] sumX = new double[shape.Batch * shape.Length * shape.Channels];
        if (back.Exists) Backward(shape, x, back, toEarlier: 1, sumX);
        if (ahead.Exists) Backward(shape, x, ahead, toEarlier: -1, sumX);
        for (int i = 0; i < sumX.Length; i++) gradX.Set(i / shape.Channels, i % shape.Channels, sumX[i]);
    }

    private static void Forward(CausalConvShape shape, TokenRows x, in CausalConvDirection direction, int toEarlier)
    {
        for (int token = 0; token < shape.Batch * shape.Length; token++)
        {
            for (int d = 0; d < shape.Channels; d++)
            {
                double sum = Sum(shape, x, direction, toEarlier, token, d);
                direction.U.Set(token, d, sum * Sigmoid(sum));
            }
        }
    }

    private static void Backward(CausalConvShape shape, TokenRows x, in CausalConvDirection direction, int toEarlier,
        double[] sumX)
    {
        int kernel = shape.Kernel;
        for (int d = 0; d < shape.Channels; d++)
        {
            double[] sumWeight = new double[kernel];
            double sumBias = 0.0;
            for (int token = 0; token < shape.Batch * shape.Length; token++)
            {
                double gradU = direction.GradU.Value(token, d);
                double sum = Sum(shape, x, direction, toEarlier, token, d), sigmoid = Sigmoid(sum);
                double slope = gradU * sigmoid * (1.0 + sum * (1.0 - sigmoid));
                sumBias += slope;
                for (int k = 0; k < kernel; k++)
                {
                    if (Seen(shape, token, k, toEarlier) is not int seen) continue;
                    sumWeight[k] += slope * x.Value(seen, d);
                    sumX[seen * shape.Channels + d] += slope * direction.Weight.Start[d * kernel + k];
                }
            }

            for (int k = 0; k < kernel; k++) direction.GradWeight.Start[d * kernel + k] = (float)sumWeight[k];
            direction.GradBias.Start[d] = (float)sumBias;
        }
    }

    private static double Sum(CausalConvShape shape, TokenRows x, in CausalConvDirection direction, int toEarlier,
        int token, int d)
    {
        double sum = direction.Bias.Start[d];
        for (int k = 0; k < shape.Kernel; k++)
        {
            if (Seen(shape, token, k, toEarlier) is int seen)
                sum += direction.Weight.Start[d * shape.Kernel + k] * x.Value(seen, d);
        }

        return sum;
    }

    /// <summary>
    /// The token that tap <paramref name="k"/> of the output at <paramref name="token"/> sees; null outside the sequence.
    /// </summary>
    private static int? Seen(CausalConvShape shape, int token, int k, int toEarlier)
    {
        int t = token % shape.Length - toEarlier * (shape.Kernel - 1 - k);
        return t >= 0 && t < shape.Length ? token - token % shape.Length + t : null;
    }

    private static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));
}
