namespace Postern.Kernels;

/// <summary>
/// The address of memory outside the garbage collector's reach, for callers that hold native tensors and no pointers.
/// Matrices of tokens have a stride; dense parameters need none.
/// </summary>
/// <param name="Address">The first element; 0 says that there is no such tensor.</param>
/// <param name="Stride">The distance from a token to the next, in elements.</param>
/// <param name="Element">The type of the elements; parameters are float32.</param>
public readonly record struct NativeRows(nint Address, long Stride = 0, RowElement Element = RowElement.Float32)
{
    internal unsafe float* Pointer =>
        Element == RowElement.Float32 ? (float*)Address : throw new ArgumentException("rows of bfloat16 where the kernel reads or writes float32");

    internal unsafe TokenRows Rows => new(Address, Stride, Element);

    internal TokenRows Dense(int width) => new(Address, width, Element);
}

/// <summary>Inputs of a selective scan, or their gradients, by address; what each is says <see cref="SelectiveScanInputs"/>.</summary>
/// <param name="U">[B, L, D].</param>
/// <param name="Delta">[B, L, D], or [B, L, R] with a step rank.</param>
/// <param name="A">[D, N].</param>
/// <param name="B">[B, L, G, N] or [D, N].</param>
/// <param name="C">[B, L, G, N] or [D, N].</param>
/// <param name="D">[D], optional.</param>
/// <param name="Z">[B, L, D], optional.</param>
/// <param name="DeltaBias">[D], optional.</param>
/// <param name="DtWeight">[D, R], with a step rank.</param>
public readonly record struct NativeScanTensors(
    NativeRows U, NativeRows Delta, NativeRows A, NativeRows B, NativeRows C, NativeRows D, NativeRows Z, NativeRows DeltaBias,
    NativeRows DtWeight = default);

/// <summary>One direction of a convolution by address; what each tensor is says <see cref="CausalConvDirection"/>. The default is no direction.</summary>
/// <param name="Weight">[D, K].</param>
/// <param name="Bias">[D].</param>
/// <param name="U">Receives [B, L, D] in the forward pass.</param>
/// <param name="GradU">[B, L, D], in the backward pass.</param>
/// <param name="GradWeight">Receives [D, K] in the backward pass.</param>
/// <param name="GradBias">Receives [D] in the backward pass.</param>
public readonly record struct NativeConvDirection(
    NativeRows Weight, NativeRows Bias, NativeRows U = default, NativeRows GradU = default,
    NativeRows GradWeight = default, NativeRows GradBias = default)
{
    internal unsafe CausalConvDirection Direction => new()
    {
        Weight = Weight.Pointer,
        Bias = Bias.Pointer,
        U = U.Rows,
        GradU = GradU.Rows,
        GradWeight = GradWeight.Pointer,
        GradBias = GradBias.Pointer,
    };
}

/// <summary>The fused kernels for callers that hold native tensors.</summary>
public static unsafe class NativeKernels
{
    /// <summary><see cref="SelectiveScan.Forward"/> by address.</summary>
    /// <param name="shape">Sizes and switches.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="y">Receives [B, L, D].</param>
    /// <param name="lastState">Receives [B, D, N]; optional.</param>
    public static void ScanForward(SelectiveScanShape shape, in NativeScanTensors inputs, NativeRows y, NativeRows lastState = default) =>
        SelectiveScan.Forward(shape, Inputs(inputs), new SelectiveScanOutputs { Y = y.Rows, LastState = lastState.Pointer });

    /// <summary><see cref="SelectiveScan.ForwardPair"/> by address.</summary>
    /// <param name="shape">Sizes and switches.</param>
    /// <param name="first">What the first scan reads, and the gate.</param>
    /// <param name="second">What the second scan reads.</param>
    /// <param name="y">Receives [B, L, D].</param>
    public static void ScanForwardPair(SelectiveScanShape shape, in NativeScanTensors first, in NativeScanTensors second, NativeRows y) =>
        SelectiveScan.ForwardPair(shape, Inputs(first), Inputs(second), new SelectiveScanOutputs { Y = y.Rows });

    /// <summary><see cref="SelectiveScan.Backward"/> by address.</summary>
    /// <param name="shape">Sizes and switches, as in the forward pass.</param>
    /// <param name="inputs">The inputs of the forward pass.</param>
    /// <param name="gradY">[B, L, D].</param>
    /// <param name="gradients">Receive the gradients of the inputs.</param>
    public static void ScanBackward(SelectiveScanShape shape, in NativeScanTensors inputs, NativeRows gradY, in NativeScanTensors gradients) =>
        SelectiveScan.Backward(shape, Inputs(inputs), gradY.Rows, Gradients(gradients));

    /// <summary><see cref="SelectiveScan.BackwardPair"/> by address.</summary>
    /// <param name="shape">Sizes and switches, as in the forward pass.</param>
    /// <param name="first">The inputs of the first scan.</param>
    /// <param name="second">The inputs of the second scan.</param>
    /// <param name="gradY">[B, L, D].</param>
    /// <param name="firstGradients">Receive the gradients of the first scan's inputs.</param>
    /// <param name="secondGradients">Receive the gradients of the second scan's inputs.</param>
    public static void ScanBackwardPair(
        SelectiveScanShape shape, in NativeScanTensors first, in NativeScanTensors second, NativeRows gradY,
        in NativeScanTensors firstGradients, in NativeScanTensors secondGradients) =>
        SelectiveScan.BackwardPair(shape, Inputs(first), Inputs(second), gradY.Rows, Gradients(firstGradients), Gradients(secondGradients));

    /// <summary><see cref="CausalConv.Forward"/> by address.</summary>
    public static void ConvForward(CausalConvShape shape, NativeRows x, in NativeConvDirection back, in NativeConvDirection ahead) =>
        CausalConv.Forward(shape, x.Rows, back.Direction, ahead.Direction);

    /// <summary><see cref="CausalConv.Backward"/> by address.</summary>
    public static void ConvBackward(
        CausalConvShape shape, NativeRows x, in NativeConvDirection back, in NativeConvDirection ahead, NativeRows gradX) =>
        CausalConv.Backward(shape, x.Rows, back.Direction, ahead.Direction, gradX.Rows);

    /// <summary><see cref="RmsNormKernel.Forward"/> by address, of dense matrices.</summary>
    public static void NormForward(int rows, int width, NativeRows x, NativeRows addend, NativeRows weight, NativeRows sum, NativeRows y) =>
        RmsNormKernel.Forward(rows, width, x.Pointer, addend.Dense(width), weight.Pointer, sum.Pointer, y.Dense(width));

    /// <summary><see cref="RmsNormKernel.Backward"/> by address, of dense matrices.</summary>
    public static void NormBackward(int rows, int width, NativeRows sum, NativeRows weight, NativeRows gradY, NativeRows gradSum, NativeRows gradX,
        NativeRows gradAddend, NativeRows gradWeight) =>
        RmsNormKernel.Backward(rows, width, sum.Pointer, weight.Pointer, gradY.Dense(width), gradSum.Pointer, gradX.Pointer,
            gradAddend.Dense(width), gradWeight.Pointer);

    private static SelectiveScanInputs Inputs(in NativeScanTensors tensors) => new()
    {
        U = tensors.U.Rows,
        Delta = tensors.Delta.Rows,
        Z = tensors.Z.Rows,
        A = tensors.A.Pointer,
        B = tensors.B.Rows,
        C = tensors.C.Rows,
        D = tensors.D.Pointer,
        DeltaBias = tensors.DeltaBias.Pointer,
        DtWeight = tensors.DtWeight.Pointer,
    };

    private static SelectiveScanGradients Gradients(in NativeScanTensors tensors) => new()
    {
        U = tensors.U.Rows,
        Delta = tensors.Delta.Rows,
        Z = tensors.Z.Rows,
        A = tensors.A.Pointer,
        B = tensors.B.Rows,
        C = tensors.C.Rows,
        D = tensors.D.Pointer,
        DeltaBias = tensors.DeltaBias.Pointer,
        DtWeight = tensors.DtWeight.Pointer,
    };
}
