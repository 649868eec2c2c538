namespace Postern.Kernels;

/// <summary>
/// A pair of scans, as a bidirectional mixer runs it, against <see cref="SelectiveScanReference"/>: y and every gradient.
/// </summary>
public static class ScanTrial
{
    // Channels that fill no register of any width evenly, states in fours and a rest, one token alone and several.
    private static readonly SelectiveScanShape[] Shapes =
    [
        new(2, 9, 40, 16) { DtRank = 3, DeltaSoftplus = true },
        new(3, 1, 24, 6) { DtRank = 2, DeltaSoftplus = true },
    ];

    /// <summary>Runs the trial.</summary>
    /// <param name="path">The instruction set.</param>
    /// <param name="element">The type of u, the gate and y.</param>
    public static IReadOnlyList<Deviation> Run(SimdPath path, RowElement element = RowElement.Float32) =>
        [.. Shapes.SelectMany(shape => Run(shape, path, element))];

    private static List<Deviation> Run(SelectiveScanShape shape, SimdPath path, RowElement element)
    {
        var memory = new TrialMemory();
        SelectiveScanTensors[] scans = [Draw(shape, memory, element, gate: true), Draw(shape, memory, element, gate: false)];
        int tokens = shape.Batch * shape.Length;
        TokenRows gradY = memory.Draw(tokens, shape.Channels, element);
        Results expected = Compute(SimdPath.Plain), found = Compute(path);
        return [.. found.Values.Select(v => Deviation.Of(
            $"{v.Name} of a scan of {shape.Length} tokens", v.Numbers, expected.Values.First(e => e.Name == v.Name).Numbers,
            element == RowElement.Float32 ? Deviation.AllowedInFloat32 : Deviation.AllowedInBFloat16))];

        Results Compute(SimdPath with)
        {
            TrialMemory.Soil(1 << 15);
            TokenRows y = memory.Room(tokens, shape.Channels, element);
            SelectiveScan.ForwardPair(shape, scans[0], scans[1], new SelectiveScanOutputs { Y = y }, with);
            SelectiveScanTensors[] gradients =
                [Room(shape, memory, element, gate: true), Room(shape, memory, element, gate: false)];
            SelectiveScan.BackwardPair(shape, scans[0], scans[1], gradY, gradients[0], gradients[1], with);
            var results =
                new Results([("y", memory.Read(y, tokens)), ("gradient of the gate", memory.Read(gradients[0].Z, tokens))]);
            for (int i = 0; i < 2; i++)
            {
                string scan = i == 0 ? "" : "'";
                results.Add($"gradient of u{scan}", memory.Read(gradients[i].U, tokens));
                results.Add($"gradient of steps{scan}", memory.Read(gradients[i].Delta, tokens));
                results.Add($"gradient of B{scan}", memory.Read(gradients[i].B, tokens));
                results.Add($"gradient of C{scan}", memory.Read(gradients[i].C, tokens));
                results.Add($"gradient of A{scan}", memory.Read(gradients[i].A, shape.Channels));
                results.Add($"gradient of D{scan}", memory.Read(gradients[i].D, shape.Channels));
                results.Add($"gradient of the bias{scan}", memory.Read(gradients[i].DeltaBias, shape.Channels));
                results.Add($"gradient of the step weight{scan}", memory.Read(gradients[i].DtWeight, shape.Channels));
            }

            return results;
        }
    }

    private static SelectiveScanTensors Draw(SelectiveScanShape shape, TrialMemory memory, RowElement element, bool gate)
    {
        int tokens = shape.Batch * shape.Length, channels = shape.Channels;
        return new SelectiveScanTensors
        {
            U = memory.Draw(tokens, channels, element),
            Delta = memory.Draw(tokens, shape.DtRank),
            Z = gate ? memory.Draw(tokens, channels, element, scale: 2f) : default,
            A = memory.Draw(channels, shape.States, offset: -4f, scale: 3.9f),
            B = memory.Draw(tokens, shape.States),
            C = memory.Draw(tokens, shape.States),
            D = memory.Draw(channels, 1, offset: 1f, scale: 0.5f),
            DeltaBias = memory.Draw(channels, 1, offset: -1f),
            DtWeight = memory.Draw(channels, shape.DtRank),
        };
    }

    private static SelectiveScanTensors Room(SelectiveScanShape shape, TrialMemory memory, RowElement element, bool gate)
    {
        int tokens = shape.Batch * shape.Length, channels = shape.Channels;
        return new SelectiveScanTensors
        {
            U = memory.Room(tokens, channels, element),
            Delta = memory.Room(tokens, shape.DtRank),
            Z = gate ? memory.Room(tokens, channels, element) : default,
            A = memory.Room(channels, shape.States),
            B = memory.Room(tokens, shape.States),
            C = memory.Room(tokens, shape.States),
            D = memory.Room(channels, 1),
            DeltaBias = memory.Room(channels, 1),
            DtWeight = memory.Room(channels, shape.DtRank),
        };
    }

    private sealed class Results(List<(string Name, float[] Numbers)> values)
    {
        public IReadOnlyList<(string Name, float[] Numbers)> Values => values;

        public void Add(string name, float[] numbers) => values.Add((name, numbers));
    }
}
