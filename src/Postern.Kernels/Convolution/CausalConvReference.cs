namespace Postern.Kernels;

/// <summary><see cref="CausalConv"/> as its equation stands, one number at a time in double precision. Slow on purpose.</summary>
public static unsafe class CausalConvReference
{
    /// <summary>Computes u; arguments as in <see cref="CausalConv.Forward"/>.</summary>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor is missing.</exception>
    public static void Forward(CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows u)
    {
        shape.Validate();
        CausalConv.Require(x.Exists && weight != null && bias != null && u.Exists);
        for (int b = 0; b < shape.Batch; b++)
        {
            for (int t = 0; t < shape.Length; t++)
            {
                for (int d = 0; d < shape.Channels; d++)
                {
                    double sum = Sum(shape, x, weight, bias, b, t, d);
                    u[b * shape.Length + t][d] = (float)(sum * Sigmoid(sum));
                }
            }
        }
    }

    /// <summary>Computes the gradients of sum(u * gradU); arguments as in <see cref="CausalConv.Backward"/>.</summary>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor is missing.</exception>
    public static void Backward(
        CausalConvShape shape, TokenRows x, float* weight, float* bias, TokenRows gradU,
        TokenRows gradX, float* gradWeight, float* gradBias)
    {
        shape.Validate();
        CausalConv.Require(x.Exists && weight != null && bias != null);
        CausalConv.Require(gradU.Exists && gradX.Exists && gradWeight != null && gradBias != null);
        var sumX = new double[shape.Batch * shape.Length];
        for (int d = 0; d < shape.Channels; d++)
        {
            var sumWeight = new double[shape.Kernel];
            double sumBias = 0.0;
            Array.Clear(sumX);
            for (int b = 0; b < shape.Batch; b++)
            {
                for (int t = 0; t < shape.Length; t++)
                {
                    double sum = Sum(shape, x, weight, bias, b, t, d), sigmoid = Sigmoid(sum);
                    double slope = gradU[b * shape.Length + t][d] * sigmoid * (1.0 + sum * (1.0 - sigmoid));
                    sumBias += slope;
                    for (int k = 0; k < shape.Kernel; k++)
                    {
                        int seen = Seen(shape, t, k);
                        if (seen < 0 || seen >= shape.Length) continue;
                        sumWeight[k] += slope * x[b * shape.Length + seen][d];
                        sumX[b * shape.Length + seen] += slope * weight[d * shape.Kernel + k];
                    }
                }
            }

            for (int k = 0; k < shape.Kernel; k++) gradWeight[d * shape.Kernel + k] = (float)sumWeight[k];
            gradBias[d] = (float)sumBias;
            for (int token = 0; token < sumX.Length; token++) gradX[token][d] = (float)(sumX[token] + (shape.Accumulate ? gradX[token][d] : 0.0));
        }
    }

    /// <summary>The token that tap <paramref name="k"/> of the output at <paramref name="t"/> sees; may lie outside.</summary>
    private static int Seen(CausalConvShape shape, int t, int k) =>
        shape.Reverse ? t + (shape.Kernel - 1) - k : t - (shape.Kernel - 1) + k;

    private static double Sum(CausalConvShape shape, TokenRows x, float* weight, float* bias, int b, int t, int d)
    {
        double sum = bias[d];
        for (int k = 0; k < shape.Kernel; k++)
        {
            int seen = Seen(shape, t, k);
            if (seen >= 0 && seen < shape.Length) sum += (double)weight[d * shape.Kernel + k] * x[b * shape.Length + seen][d];
        }

        return sum;
    }

    private static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));
}
