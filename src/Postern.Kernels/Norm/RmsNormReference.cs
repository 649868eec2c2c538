namespace Postern.Kernels;

/// <summary><see cref="RmsNormKernel"/> in plain loops over double precision.</summary>
public static unsafe class RmsNormReference
{
    /// <summary>s and y, [rows, d] each.</summary>
    public static (float[] Sum, float[] Y) Forward(int width, float[] x, float[]? addend, float[] weight)
    {
        float[] sum = [.. x.Select((v, i) => v + (addend?[i] ?? 0))], y = new float[x.Length];
        for (int row = 0; row < x.Length; row += width)
        {
            double r = Factor(width, sum, row);
            for (int i = 0; i < width; i++) y[row + i] = (float)(sum[row + i] * r * weight[i]);
        }
        return (sum, y);
    }

    /// <summary>The gradients of s, [rows, d], and of w, [d].</summary>
    public static (float[] GradX, float[] GradWeight) Backward(
        int width, float[] sum, float[] weight, float[] gradY, float[]? gradSum)
    {
        float[] gradX = new float[sum.Length];
        double[] gradWeight = new double[width];
        for (int row = 0; row < sum.Length; row += width)
        {
            double r = Factor(width, sum, row), inner = 0;
            for (int i = 0; i < width; i++) inner += (double)gradY[row + i] * weight[i] * sum[row + i] / width;
            for (int i = 0; i < width; i++)
            {
                gradWeight[i] += gradY[row + i] * r * sum[row + i];
                gradX[row + i] =
                    (float)(gradY[row + i] * weight[i] * r - sum[row + i] * r * r * r * inner + (gradSum?[row + i] ?? 0));
            }
        }
        return (gradX, [.. gradWeight.Select(g => (float)g)]);
    }

    /// <summary>As <see cref="RmsNormKernel.Forward"/>, which says what the arguments are.</summary>
    internal static void Forward(int rows, int width, float* x, TokenRows addend, float* weight, float* sum, TokenRows y)
    {
        int count = rows * width;
        (float[] s, float[] normed) = Forward(
            width, Copy(x, count), addend.Exists ? Copy(addend, rows, width) : null, Copy(weight, width));
        if (addend.Exists) s.CopyTo(new Span<float>(sum, count));
        for (int i = 0; i < count; i++) y.Set(i / width, i % width, normed[i]);
    }

    /// <summary>As <see cref="RmsNormKernel.Backward"/>, which says what the arguments are.</summary>
    internal static void Backward(
        int rows, int width, float* sum, float* weight, TokenRows gradY, float* gradSum, float* gradX, TokenRows gradAddend,
        float* gradWeight)
    {
        int count = rows * width;
        (float[] ofX, float[] ofWeight) = Backward(
            width, Copy(sum, count), Copy(weight, width), Copy(gradY, rows, width),
            gradSum == null ? null : Copy(gradSum, count));
        ofX.CopyTo(new Span<float>(gradX, count));
        ofWeight.CopyTo(new Span<float>(gradWeight, width));
        for (int i = 0; gradAddend.Exists && i < count; i++) gradAddend.Set(i / width, i % width, ofX[i]);
    }

    private static float[] Copy(float* values, int count) => new ReadOnlySpan<float>(values, count).ToArray();

    private static float[] Copy(TokenRows rows, int count, int width)
    {
        float[] copy = new float[count * width];
        for (int i = 0; i < copy.Length; i++) copy[i] = (float)rows.Value(i / width, i % width);
        return copy;
    }

    private static double Factor(int width, float[] sum, int row) =>
        1 / Math.Sqrt(Enumerable.Range(row, width).Sum(i => (double)sum[i] * sum[i]) / width + RmsNormKernel.Epsilon);
}
