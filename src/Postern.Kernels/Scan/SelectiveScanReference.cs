namespace Postern.Kernels;

/// <summary>
/// <see cref="SelectiveScan"/> as its equations stand, one number at a time in double precision: the twin that the fast kernel
/// is tested against, and the place to read what it computes. Slow on purpose.
/// </summary>
public static unsafe class SelectiveScanReference
{
    /// <summary>Computes y, and the last state where asked for.</summary>
    /// <exception cref="ArgumentException">The shape is impossible or a tensor that it needs is missing.</exception>
    public static void Forward(SelectiveScanShape shape, in SelectiveScanTensors inputs, in SelectiveScanOutputs outputs)
    {
        ScanArguments.Validate(shape, inputs);
        ScanArguments.Validate(inputs, outputs, pair: false);
        for (int b = 0; b < shape.Batch; b++)
        {
            for (int d = 0; d < shape.Channels; d++)
            {
                double[] h = new double[shape.States];
                int[] order = [.. Tokens(shape)];
                for (int i = 0; i < order.Length; i++)
                {
                    int t = order[i];
                    if (BeginsAnew(shape, i)) Array.Clear(h);
                    double y = Advance(shape, inputs, b, t, d, h);
                    outputs.Y.Set(b * shape.Length + t, d, y * Gate(shape, inputs, b, t, d));
                }

                if (!outputs.LastState.Exists) continue;
                float* last = outputs.LastState.Start + ((long)b * shape.Channels + d) * shape.States;
                for (int n = 0; n < shape.States; n++) last[n] = (float)h[n];
            }
        }
    }

    /// <summary>Computes the gradients of sum(y * gradY); none flows through the last state.</summary>
    /// <exception cref="ArgumentException">The shape is impossible, or the gradients do not match the inputs.</exception>
    public static void Backward(
        SelectiveScanShape shape, in SelectiveScanTensors inputs, TokenRows gradY, in SelectiveScanTensors gradients)
    {
        ScanArguments.Validate(shape, inputs);
        ScanArguments.Validate(shape, inputs, gradY, gradients);
        int length = shape.Length, states = shape.States;
        var sumA = new double[shape.Channels * states];
        var sumD = new double[shape.Channels];
        var sumBias = new double[shape.Channels];
        var sumSteps = new double[shape.Batch * length * shape.DtRank];
        var sumWeight = new double[shape.Channels * shape.DtRank];
        var sumB = new double[shape.ConstantB ? shape.Channels * states : shape.Batch * length * shape.Groups * states];
        var sumC = new double[shape.ConstantC ? shape.Channels * states : shape.Batch * length * shape.Groups * states];
        for (int b = 0; b < shape.Batch; b++)
        {
            for (int d = 0; d < shape.Channels; d++)
            {
                // Forwards, keeping every state: before[i] and after[i] are those around token i, in scan order.
                int[] order = [.. Tokens(shape)];
                double[][] before = new double[length][], after = new double[length][];
                var y = new double[length];
                for (int i = 0; i < length; i++)
                {
                    before[i] = BeginsAnew(shape, i) ? new double[states] : after[i - 1];
                    after[i] = (double[])before[i].Clone();
                    y[i] = Advance(shape, inputs, b, order[i], d, after[i]);
                }

                // Backwards: r is the gradient of the state after token t, by way of t and all later tokens.
                var r = new double[states];
                for (int i = length - 1; i >= 0; i--)
                {
                    int t = order[i];
                    double u = inputs.U.Value(b * length + t, d), step = Step(shape, inputs, b, t, d);
                    double incoming = gradY.Value(b * length + t, d), g = incoming * Gate(shape, inputs, b, t, d);
                    double skip = !inputs.D.Exists ? 0.0 : inputs.D.Start[d];
                    double gradU = skip * g, gradStep = 0.0;
                    sumD[d] += g * u;
                    for (int n = 0; n < states; n++)
                    {
                        double a = inputs.A.Start[(long)d * states + n], decay = Math.Exp(step * a);
                        double bt = *Coefficient(inputs.B, shape.ConstantB, shape, b, t, d, n);
                        double ct = *Coefficient(inputs.C, shape.ConstantC, shape, b, t, d, n);
                        r[n] += g * ct;
                        sumC[Index(shape.ConstantC, shape, b, t, d, n)] += g * after[i][n];
                        sumB[Index(shape.ConstantB, shape, b, t, d, n)] += r[n] * step * u;
                        gradU += r[n] * step * bt;
                        gradStep += r[n] * (a * decay * before[i][n] + bt * u);
                        sumA[d * states + n] += r[n] * step * decay * before[i][n];
                        r[n] = BeginsAnew(shape, i) ? 0.0 : r[n] * decay;
                    }

                    double gradDelta = gradStep * StepSlope(shape, inputs, b, t, d);
                    sumBias[d] += gradDelta;
                    gradients.U.Set(b * length + t, d, gradU);
                    if (shape.DtRank == 0) Row(gradients.Delta, shape, b, t)[d] = (float)gradDelta;
                    for (int k = 0; k < shape.DtRank; k++)
                    {
                        sumSteps[(b * length + t) * shape.DtRank + k] += gradDelta * inputs.DtWeight.Start[d * shape.DtRank + k];
                        sumWeight[d * shape.DtRank + k] += gradDelta * Row(inputs.Delta, shape, b, t)[k];
                    }
                    if (!inputs.Z.Exists) continue;
                    double z = inputs.Z.Value(b * length + t, d), sigmoid = Sigmoid(z);
                    gradients.Z.Set(b * length + t, d, incoming * y[i] * sigmoid * (1.0 + z * (1.0 - sigmoid)));
                }
            }
        }

        Narrow(sumA, gradients.A.Start);
        if (gradients.D.Exists) Narrow(sumD, gradients.D.Start);
        if (gradients.DeltaBias.Exists) Narrow(sumBias, gradients.DeltaBias.Start);
        NarrowCoefficient(sumB, shape.ConstantB, shape, gradients.B);
        NarrowCoefficient(sumC, shape.ConstantC, shape, gradients.C);
        if (shape.DtRank == 0) return;
        Narrow(sumWeight, gradients.DtWeight.Start);
        for (int token = 0; token < shape.Batch * length; token++)
            Narrow(sumSteps.AsSpan(token * shape.DtRank, shape.DtRank), gradients.Delta[token]);
    }

    /// <summary>
    /// Moves the states <paramref name="h"/> of one channel over token <paramref name="t"/>; returns y before the gate.
    /// </summary>
    private static double Advance(SelectiveScanShape shape, in SelectiveScanTensors inputs, int b, int t, int d, double[] h)
    {
        double u = inputs.U.Value(b * shape.Length + t, d), step = Step(shape, inputs, b, t, d);
        double y = !inputs.D.Exists ? 0.0 : inputs.D.Start[d] * u;
        for (int n = 0; n < shape.States; n++)
        {
            double bt = *Coefficient(inputs.B, shape.ConstantB, shape, b, t, d, n);
            double ct = *Coefficient(inputs.C, shape.ConstantC, shape, b, t, d, n);
            h[n] = Math.Exp(step * inputs.A.Start[(long)d * shape.States + n]) * h[n] + step * bt * u;
            y += ct * h[n];
        }

        return y;
    }

    /// <summary>Whether the state is zero before the token <paramref name="i"/> of the scan.</summary>
    private static bool BeginsAnew(SelectiveScanShape shape, int i) => i % shape.Run == 0;

    private static IEnumerable<int> Tokens(SelectiveScanShape shape) =>
        shape.Reverse ? Enumerable.Range(0, shape.Length).Reverse() : Enumerable.Range(0, shape.Length);

    private static double RawStep(SelectiveScanShape shape, in SelectiveScanTensors inputs, int b, int t, int d)
    {
        float* row = Row(inputs.Delta, shape, b, t);
        double raw = !inputs.DeltaBias.Exists ? 0.0 : inputs.DeltaBias.Start[d];
        if (shape.DtRank == 0) return raw + row[d];
        for (int k = 0; k < shape.DtRank; k++) raw += (double)row[k] * inputs.DtWeight.Start[(long)d * shape.DtRank + k];
        return raw;
    }

    private static double Step(SelectiveScanShape shape, in SelectiveScanTensors inputs, int b, int t, int d)
    {
        double raw = RawStep(shape, inputs, b, t, d);
        if (!shape.DeltaSoftplus || raw > VectorMath.SoftplusIdentity) return raw;
        double e = Math.Exp(-Math.Abs(raw));
        return Math.Max(raw, 0.0) + 2.0 * Math.Atanh(e / (2.0 + e)); // log(1 + e) without losing a small e
    }

    private static double StepSlope(SelectiveScanShape shape, in SelectiveScanTensors inputs, int b, int t, int d)
    {
        double raw = RawStep(shape, inputs, b, t, d);
        return !shape.DeltaSoftplus || raw > VectorMath.SoftplusIdentity ? 1.0 : Sigmoid(raw);
    }

    private static double Gate(SelectiveScanShape shape, in SelectiveScanTensors inputs, int b, int t, int d)
    {
        if (!inputs.Z.Exists) return 1.0;
        double z = inputs.Z.Value(b * shape.Length + t, d);
        return z * Sigmoid(z);
    }

    private static double Sigmoid(double x) => 1.0 / (1.0 + Math.Exp(-x));

    private static float* Row(TokenRows rows, SelectiveScanShape shape, int b, int t) => rows[b * shape.Length + t];

    private static float* Coefficient(
        TokenRows rows, bool constant, SelectiveScanShape shape, int b, int t, int d, int n) => constant
        ? rows.Start + ((long)d * shape.States + n)
        : Row(rows, shape, b, t) + (d / shape.GroupChannels * shape.States + n);

    /// <summary>The place of a coefficient's gradient in a dense array [D, N] or [B, L, G, N].</summary>
    private static int Index(bool constant, SelectiveScanShape shape, int b, int t, int d, int n) => constant
        ? d * shape.States + n
        : ((b * shape.Length + t) * shape.Groups + d / shape.GroupChannels) * shape.States + n;

    private static void NarrowCoefficient(double[] sums, bool constant, SelectiveScanShape shape, TokenRows gradient)
    {
        int row = constant ? sums.Length : shape.Groups * shape.States;
        for (int token = 0; token < sums.Length / row; token++) Narrow(sums.AsSpan(token * row, row), gradient[token]);
    }

    private static void Narrow(ReadOnlySpan<double> sums, float* gradient)
    {
        for (int i = 0; i < sums.Length; i++) gradient[i] = (float)sums[i];
    }
}
