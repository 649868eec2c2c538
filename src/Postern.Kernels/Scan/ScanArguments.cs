namespace Postern.Kernels;

/// <summary>Checks the pointers of a scan before they are followed.</summary>
internal static class ScanArguments
{
    /// <exception cref="ArgumentException">The shape is impossible, or an input that it needs is missing or of a type that it
    /// cannot have.</exception>
    public static void Validate(SelectiveScanShape shape, in SelectiveScanTensors inputs)
    {
        shape.Validate();
        Require(inputs.U.Exists, nameof(inputs.U));
        Require(inputs.Delta.Exists, nameof(inputs.Delta));
        Require(inputs.A.Exists, nameof(inputs.A));
        Require(inputs.B.Exists, nameof(inputs.B));
        Require(inputs.C.Exists, nameof(inputs.C));
        if (shape.DtRank > 0) Require(inputs.DtWeight.Exists, nameof(inputs.DtWeight));
        SameType(inputs.U, inputs.Z, nameof(inputs.Z));
        Float32(inputs.Delta, nameof(inputs.Delta));
        Float32(inputs.B, nameof(inputs.B));
        Float32(inputs.C, nameof(inputs.C));
        Float32(inputs.A, nameof(inputs.A));
        Float32(inputs.D, nameof(inputs.D));
        Float32(inputs.DeltaBias, nameof(inputs.DeltaBias));
        Float32(inputs.DtWeight, nameof(inputs.DtWeight));
    }

    /// <exception cref="ArgumentException">There is no y, it is not of the type of u, or a pair is asked for its last
    /// state.</exception>
    public static void Validate(in SelectiveScanTensors inputs, in SelectiveScanOutputs outputs, bool pair)
    {
        Require(outputs.Y.Exists, nameof(outputs.Y));
        SameType(inputs.U, outputs.Y, nameof(outputs.Y));
        if (pair && outputs.LastState.Exists) throw new ArgumentException("selective scan: a pair has no single last state");
    }

    /// <exception cref="ArgumentException">The second scan of a pair has a gate of its own, or another type.</exception>
    public static void ValidateSecond(in SelectiveScanTensors first, in SelectiveScanTensors second)
    {
        if (second.Z.Exists)
            throw new ArgumentException(
                "selective scan: the second scan of a pair has the gate of the first, not one of its own");
        SameType(first.U, second.U, "U of the second scan");
    }

    /// <exception cref="ArgumentException">A gradient is missing or of another type than its input, or one is asked for whose
    /// input is not there.</exception>
    public static void Validate(SelectiveScanShape shape, in SelectiveScanTensors inputs, TokenRows gradY,
        in SelectiveScanTensors gradients)
    {
        Require(gradY.Exists, nameof(gradY));
        Require(gradients.U.Exists, "gradient of U");
        Require(gradients.Delta.Exists, "gradient of Delta");
        Require(gradients.A.Exists, "gradient of A");
        Require(gradients.B.Exists, "gradient of B");
        Require(gradients.C.Exists, "gradient of C");
        if (shape.DtRank > 0) Require(gradients.DtWeight.Exists, "gradient of DtWeight");
        Match(inputs.Z.Exists, gradients.Z.Exists, "Z");
        Match(inputs.D.Exists, gradients.D.Exists, "D");
        Match(inputs.DeltaBias.Exists, gradients.DeltaBias.Exists, "DeltaBias");
        SameType(inputs.U, gradY, nameof(gradY));
        SameType(inputs.U, gradients.U, "gradient of U");
        SameType(inputs.U, gradients.Z, "gradient of Z");
        Float32(gradients.Delta, "gradient of Delta");
        Float32(gradients.B, "gradient of B");
        Float32(gradients.C, "gradient of C");
        Float32(gradients.A, "gradient of A");
        Float32(gradients.D, "gradient of D");
        Float32(gradients.DeltaBias, "gradient of DeltaBias");
        Float32(gradients.DtWeight, "gradient of DtWeight");
    }

    private static void SameType(TokenRows u, TokenRows other, string name)
    {
        if (other.Exists && other.Element != u.Element)
            throw new ArgumentException(
                $"selective scan: {name} is {other.Element} and U is {u.Element}; they have to be of one type");
    }

    private static void Float32(TokenRows rows, string name)
    {
        if (rows.Element != RowElement.Float32)
            throw new ArgumentException($"selective scan: {name} has to be {RowElement.Float32}, not {rows.Element}");
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
