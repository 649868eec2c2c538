using System.Text.Json;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Goldens;

/// <summary>
/// A golden of a defence: every input and output a tensor, each output with its own tolerance and way to compare.
/// </summary>
internal sealed class DefenceGolden(string manifest)
{
    private const string Output = "out:";
    private readonly GoldenFile file = GoldenFile.Open(manifest);

    public string Kind => GoldenFolder.KindOf(file.Manifest);

    public JsonElement Parameters => file.Manifest.GetProperty("parameters");

    public double Number(string parameter) => Parameters.GetProperty(parameter).GetDouble();

    public bool Has(string tensor) => file.Has(tensor);

    public IEnumerable<string> Outputs => file.TensorNames.Where(n => n.StartsWith(Output, StringComparison.Ordinal))
        .Select(n => n[Output.Length..]);

    public long[] Shape(string tensor) => file.Shape(tensor);

    public double[] Doubles(string tensor) => file.Doubles(tensor);

    public int[] Integers(string tensor) => Array.ConvertAll(file.Doubles(tensor), v => (int)v);

    public double Expected(string output) => file.Doubles(Output + output)[0];

    public double[] ExpectedAll(string output) => file.Doubles(Output + output);

    public Tensor Tensor(string tensor, ScalarType type = ScalarType.Float64) =>
        torch.tensor(file.Doubles(tensor), file.Shape(tensor)).to(type);

    /// <summary>Rows of a matrix.</summary>
    public int[][] Rows(string tensor) => [.. Integers(tensor).Chunk((int)file.Shape(tensor)[^1])];

    public void AssertTensor(string output, Tensor actual)
    {
        Assert.Equal(file.Shape(Output + output), actual.shape);
        using Tensor values = actual.detach().to(ScalarType.Float64).cpu().contiguous();
        AssertEqual(output, values.data<double>().ToArray());
    }

    public void AssertEqual(string output, IEnumerable<bool> actual) => AssertEqual(output, actual.Select(f => f ? 1.0 : 0));

    public void AssertEqual(string output, IEnumerable<int> actual) => AssertEqual(output, actual.Select(v => (double)v));

    public void AssertEqual(string output, double actual) => AssertEqual(output, [actual]);

    /// <summary>By the manifest's rule for values in double precision.</summary>
    public void AssertEqual(string output, IEnumerable<double> actual)
    {
        double[] expected = file.Doubles(Output + output), found = [.. actual];
        JsonElement rule = file.Manifest.GetProperty("tensors").GetProperty(Output + output);
        string? compare = rule.TryGetProperty("compare", out JsonElement way) ? way.GetString() : null;
        double tolerance = rule.GetProperty("tolerance_float64").GetDouble();
        Assert.Equal(expected.Length, found.Length);
        if (compare is "exact" or "float64_exact") Assert.Equal(expected, found);
        else
        {
            double error = compare == "absolute" ? expected.Zip(found, (e, f) => Math.Abs(e - f)).DefaultIfEmpty(0).Max()
                : GoldenValues.Error(found, expected);
            Assert.True(error <= tolerance, $"{file.Name}: {output} differs by {error:g3}, more than {tolerance:g3}");
        }
    }
}
