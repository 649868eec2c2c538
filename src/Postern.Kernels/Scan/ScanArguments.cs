namespace Postern.Kernels;

/// <summary>Checks the pointers of a scan before they are followed.</summary>
internal static unsafe class ScanArguments
{
    /// <exception cref="ArgumentException">The shape is impossible or an input that it needs is missing.</exception>
    public static void Validate(SelectiveScanShape shape, in SelectiveScanInputs inputs)
    {
        shape.Validate();
        Require(inputs.U.Exists, nameof(inputs.U));
        Require(inputs.Delta.Exists, nameof(inputs.Delta));
        Require(inputs.A != null, nameof(inputs.A));
        Require(inputs.B.Exists, nameof(inputs.B));
        Require(inputs.C.Exists, nameof(inputs.C));
    }

    /// <exception cref="ArgumentException">There is no y.</exception>
    public static void Validate(in SelectiveScanOutputs outputs) => Require(outputs.Y.Exists, nameof(outputs.Y));

    /// <exception cref="ArgumentException">A gradient is missing, or one is asked for whose input is not there.</exception>
    public static void Validate(in SelectiveScanInputs inputs, TokenRows gradY, in SelectiveScanGradients gradients)
    {
        Require(gradY.Exists, nameof(gradY));
        Require(gradients.U.Exists, "gradient of U");
        Require(gradients.Delta.Exists, "gradient of Delta");
        Require(gradients.A != null, "gradient of A");
        Require(gradients.B.Exists, "gradient of B");
        Require(gradients.C.Exists, "gradient of C");
        Match(inputs.Z.Exists, gradients.Z.Exists, "Z");
        Match(inputs.D != null, gradients.D != null, "D");
        Match(inputs.DeltaBias != null, gradients.DeltaBias != null, "DeltaBias");
    }

    private static void Require(bool there, string name)
    {
        if (!there) throw new ArgumentException($"selective scan: {name} is missing");
    }

    private static void Match(bool input, bool gradient, string name)
    {
        if (input != gradient)
            throw new ArgumentException($"selective scan: {name} and its gradient have to be given together");
    }
}
