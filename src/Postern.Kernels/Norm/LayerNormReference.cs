namespace Postern.Kernels;

/// <summary><see cref="LayerNormKernel"/> in plain loops over double precision.</summary>
public static unsafe class LayerNormReference
{
    /// <summary>As <see cref="LayerNormKernel.Forward"/>; rows are dense.</summary>
    public static void Forward(
        LayerNormShape shape, TokenRows x, TokenRows addend, TokenRows weight, TokenRows bias, TokenRows sum, TokenRows y)
    {
        for (int row = 0; row < shape.Rows; row++)
        {
            double[] s = [.. Enumerable.Range(0, shape.Width).Select(i =>
                (double)(float)(x.Value(row, i) + (addend.Exists ? addend.Value(row, i) : 0)))];
            (double mean, double r) = Moments(shape, s);
            for (int i = 0; i < s.Length; i++)
            {
                if (addend.Exists) sum.Dense(shape.Width).Set(row, i, s[i]);
                y.Set(row, i, (s[i] - mean) * r * weight.Start[i] + bias.Start[i]);
            }
        }
    }

    /// <summary>As <see cref="LayerNormKernel.Backward"/>; rows are dense.</summary>
    public static void Backward(LayerNormShape shape, TokenRows sum, TokenRows weight, TokenRows gradY, TokenRows gradSum,
        TokenRows gradX, TokenRows gradAddend, TokenRows gradParameters)
    {
        int width = shape.Width;
        double[] ofParameters = new double[2 * width];
        for (int row = 0; row < shape.Rows; row++)
        {
            double[] s = [.. Enumerable.Range(0, width).Select(i => sum.Value(row, i))];
            double[] h = [.. Enumerable.Range(0, width).Select(i => gradY.Value(row, i) * weight.Start[i])];
            (double mean, double r) = Moments(shape, s);
            double[] n = [.. s.Select(value => (value - mean) * r)];
            double ofMean = h.Average(), ofSpread = n.Zip(h, (a, b) => a * b).Average();
            for (int i = 0; i < width; i++)
            {
                ofParameters[i] += gradY.Value(row, i) * n[i];
                ofParameters[width + i] += gradY.Value(row, i);
                double grad = r * (h[i] - ofMean - n[i] * ofSpread) + (gradSum.Exists ? gradSum.Value(row, i) : 0);
                gradX.Set(row, i, grad);
                if (gradAddend.Exists) gradAddend.Set(row, i, grad);
            }
        }
        for (int i = 0; i < 2 * width; i++) gradParameters.Start[i] = (float)ofParameters[i];
    }

    private static (double Mean, double Factor) Moments(LayerNormShape shape, double[] s)
    {
        double mean = s.Average();
        return (mean, 1 / Math.Sqrt(s.Average(v => (v - mean) * (v - mean)) + shape.Epsilon));
    }
}
