namespace Postern.Kernels;

/// <summary>How far the numbers of one way to compute were from those of the plain way.</summary>
/// <param name="What">What was computed, e.g. <c>gradient of u</c>.</param>
/// <param name="Largest">The largest difference, as a share of the largest plain value; NaN where a number is none.</param>
/// <param name="Allowed">What rounding may make of it.</param>
public readonly record struct Deviation(string What, double Largest, double Allowed)
{
    /// <summary>What float32 sums of some hundred products may be off by.</summary>
    public const double AllowedInFloat32 = 2e-5;

    /// <summary>What rounding a result to bfloat16 once may make of it, and a little for the sum's own rounding.</summary>
    public const double AllowedInBFloat16 = 1.0 / 128;

    /// <summary>Whether it is no more than rounding. NaN is not.</summary>
    public bool Passes => Largest <= Allowed;

    /// <summary>How many times what is allowed; infinite for NaN, so that the worst of several can be found.</summary>
    public double Excess => double.IsNaN(Largest) ? double.PositiveInfinity : Largest / Allowed;

    /// <summary>Compares <paramref name="found"/> with <paramref name="expected"/>, number by number.</summary>
    /// <exception cref="ArgumentException">They differ in length.</exception>
    public static Deviation Of(string what, ReadOnlySpan<float> found, ReadOnlySpan<float> expected, double allowed)
    {
        if (found.Length != expected.Length)
            throw new ArgumentException($"{what}: {found.Length} numbers beside {expected.Length}");
        double scale = 0.0, largest = 0.0;
        foreach (float value in expected) scale = Math.Max(scale, Math.Abs((double)value));
        // Math.Max hands a NaN on.
        for (int i = 0; i < found.Length; i++) largest = Math.Max(largest, Math.Abs((double)found[i] - expected[i]));
        return new Deviation(what, double.IsFinite(largest) ? largest / Math.Max(scale, 1e-30) : double.NaN, allowed);
    }
}
