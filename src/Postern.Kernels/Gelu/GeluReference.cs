namespace Postern.Kernels;

/// <summary><see cref="GeluKernel"/> one number at a time in double precision.</summary>
public static class GeluReference
{
    // The halves of Gauss and Legendre's sixteen nodes and weights, for integrals over [-1, 1].
    private static readonly (double Node, double Weight)[] nodes =
    [
        (0.0950125098376374, 0.1894506104550685), (0.2816035507792589, 0.1826034150449236),
        (0.4580167776572274, 0.1691565193950025), (0.6178762444026438, 0.1495959888165767),
        (0.7554044083550030, 0.1246289712555339), (0.8656312023878318, 0.0951585116824928),
        (0.9445750230732326, 0.0622535239386479), (0.9894009349916499, 0.0271524594117541),
    ];

    /// <summary>Computes y; arguments as in <see cref="GeluKernel.Forward"/>.</summary>
    public static void Forward(int rows, int width, TokenRows gate, TokenRows value, TokenRows y)
    {
        for (int i = 0; i < rows * width; i++)
        {
            (int row, int column) = (i / width, i % width);
            double g = gate.Value(row, column);
            y.Set(row, column, g * Below(g) * (value.Exists ? value.Value(row, column) : 1));
        }
    }

    /// <summary>Computes the gradients; arguments as in <see cref="GeluKernel.Backward"/>.</summary>
    public static void Backward(int rows, int width, TokenRows gate, TokenRows value, TokenRows gradY, TokenRows gradGate,
        TokenRows gradValue)
    {
        for (int i = 0; i < rows * width; i++)
        {
            (int row, int column) = (i / width, i % width);
            double g = gate.Value(row, column), grad = gradY.Value(row, column), below = Below(g);
            double v = value.Exists ? value.Value(row, column) : 1;
            gradGate.Set(row, column, grad * v * (below + g * Density(g)));
            if (value.Exists) gradValue.Set(row, column, grad * g * below);
        }
    }

    /// <summary>The density of the standard normal.</summary>
    public static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>
    /// Its distribution: a half and the density's integral from 0 to x, in pieces of one; for the far tail, which is their
    /// difference, Laplace's continued fraction.
    /// </summary>
    public static double Below(double x)
    {
        double far = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (far > 3)
        {
            double fraction = far;
            for (int k = 200; k > 0; k--) fraction = far + k / fraction;
            double tail = Density(far) / fraction;
            return x > 0 ? 1 - tail : tail;
        }
        double integral = 0;
        for (double from = 0; from < far; from++)
        {
            double half = (Math.Min(far, from + 1) - from) / 2;
            foreach ((double node, double weight) in nodes)
                integral += half * weight * (Density(from + half - half * node) + Density(from + half + half * node));
        }
        return 0.5 + Math.Sign(x) * integral;
    }
}
