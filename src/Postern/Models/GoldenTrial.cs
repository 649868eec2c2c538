using System.Globalization;
using System.Runtime.InteropServices;
using Postern.Kernels;
using Postern.Models.Checkpoints;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Native.Paths;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// A backbone against what the official code made of the same weights and pictures: activations, loss, every gradient and
/// buffer. With a folder of goldens, part of <c>postern doctor --thorough</c>.
/// </summary>
/// <param name="Name">Of the golden.</param>
/// <param name="Comparisons">One for each number or tensor of the golden; what is missing is infinitely far.</param>
public sealed record GoldenTrial(string Name, IReadOnlyList<Deviation> Comparisons)
{
    private const int MostNamed = 3;

    /// <summary>Whether everything lies within the golden's tolerances.</summary>
    public bool Passes => Comparisons.All(c => c.Passes);

    /// <summary>What <c>doctor</c> says of it.</summary>
    /// <param name="cure">What to do where it does not pass.</param>
    public Finding Finding(string cure)
    {
        Deviation worst = Comparisons.MaxBy(c => c.Excess);
        string value = string.Create(CultureInfo.InvariantCulture,
            $"{Comparisons.Count} comparisons with the official code, the farthest at {worst.Excess:g2} of what is allowed");
        string[] wrong = [.. Comparisons.Where(c => !c.Passes).Select(c => c.What)];
        if (wrong.Length == 0) return new Finding($"golden {Name}", value);
        string more = wrong.Length > MostNamed ? $" and {wrong.Length - MostNamed} more" : "";
        return new Finding($"golden {Name}", $"{value}; wrong: {string.Join(", ", wrong.Take(MostNamed))}{more}",
            cure, Fatal: true);
    }

    /// <summary>The manifests of models' goldens in a folder and those within it, in ordinal order.</summary>
    /// <exception cref="InputException">There is no such folder, none is in it, or one cannot be read.</exception>
    public static IReadOnlyList<string> In(string folder)
    {
        if (!Directory.Exists(folder)) throw new InputException(folder, "is no folder; name one with models' goldens");
        var all = new EnumerationOptions { RecurseSubdirectories = true };
        string[] found = [.. Directory.EnumerateFiles(folder, "*.json", all).Order(StringComparer.Ordinal)
            .Where(path => GoldenManifest.Read(path) is not null)];
        return found.Length > 0 ? found : throw new InputException(folder,
            $"holds no golden of a model; expected manifests (*.json) with arch ({string.Join(", ", GoldenManifest.Architectures)}) and tensors");
    }

    /// <summary>Compares a model with the golden of this manifest.</summary>
    /// <param name="path">The manifest; its tensors lie beside it.</param>
    /// <param name="device">Where the network computes.</param>
    /// <exception cref="InputException">A file is missing, incomplete or of another network.</exception>
    public static GoldenTrial Of(string path, ComputeDevice device) => Of(path, device, ops: null);

    /// <summary>The same with a Vim's operations; null for those of the device.</summary>
    internal static GoldenTrial Of(string path, ComputeDevice device, IModelOps? ops)
    {
        SelfCheck.Ensure();
        GoldenManifest golden = GoldenManifest.Read(path) ?? throw new InputException(path, "is no manifest of a model's golden");
        string file = Path.ChangeExtension(path, ".safetensors");
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = SafeTensors.Read(file);
        try
        {
            return new GoldenTrial(Path.GetFileNameWithoutExtension(path),
                Compare(golden, name => Doubles(expected.TryGetValue(name, out Tensor? value)
                    ? value : throw new InvalidDataException($"{name} is not in {Path.GetFileName(file)}")), device, ops));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or ArithmeticException or ExternalException)
        {
            throw new InputException(path, $"does not describe a network that computes here: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <summary>The same with numbers that the caller has read.</summary>
    internal static IReadOnlyList<Deviation> Compare(
        GoldenManifest golden, Func<string, double[]> expected, ComputeDevice device, IModelOps? ops = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = GoldenManifest.Build(golden.Arch, golden.Config);
        if (model is Vim vim) vim.Ops = ops;
        LoadWeights(model, golden.Weights);
        device.Place(model);
        Dictionary<string, Tensor> found = Step(model, golden, device);
        List<Deviation> comparisons = [new("loss", Share(found["loss"].item<float>(), golden.Loss), golden.LossTolerance)];
        foreach ((string name, GoldenTensor described) in golden.Tensors)
            comparisons.AddRange(Compare(name, described, found.GetValueOrDefault(name), expected));
        foreach ((string name, double norm) in golden.GradNorms)
        {
            double actual = found.TryGetValue($"grad:{name}", out Tensor? gradient)
                ? gradient.to_type(ScalarType.Float64).norm().item<double>() : double.PositiveInfinity;
            comparisons.Add(new($"norm of grad:{name}", Share(actual, norm), golden.GradNormTolerance));
        }
        return comparisons;
    }

    /// <summary>Everything that a forward and a backward pass show, by the goldens' names.</summary>
    private static Dictionary<string, Tensor> Step(Backbone model, GoldenManifest golden, ComputeDevice device)
    {
        Dictionary<string, Tensor> found = [];
        using IDisposable tap = model.Taps.Watch((name, value) => found[$"act:{name}"] = value);
        model.train(golden.Mode == "train");
        Tensor input = Pictures(golden.Input).to(device.Torch).requires_grad_();
        Tensor logits = model.forward(input);
        Tensor loss = nn.functional.cross_entropy(logits, tensor(golden.Labels).to(device.Torch));
        loss.backward();
        BackwardFault.ThrowEarlier();
        (found["input"], found["logits"], found["loss"], found["grad_input"]) = (input, logits, loss, input.grad!);
        foreach ((string name, Parameter value) in model.named_parameters())
            if (value.grad is Tensor gradient) found[$"grad:{name}"] = gradient;
        foreach ((string name, Tensor value) in model.named_buffers()) found[$"buffer:{name}"] = value;
        return found;
    }

    private static IEnumerable<Deviation> Compare(
        string name, GoldenTensor described, Tensor? found, Func<string, double[]> expected)
    {
        if (found is null || !found.shape.SequenceEqual(described.FullShape))
        {
            string what = found is null ? $"{name} is not observed" : $"{name} has shape [{string.Join(", ", found.shape)}]";
            return [new(what, double.PositiveInfinity, described.Tolerance)];
        }
        double[] all = Doubles(found);
        if (described.Sampled is not int samples)
            return [new(name, GoldenValues.Error(all, expected(name)), described.Tolerance)];
        double[] compared = [.. Enumerable.Range(0, samples).Select(j => all[j * all.LongLength / samples])];
        return
        [
            new(name, GoldenValues.Error(compared, expected(name)), described.Tolerance),
            new($"mean of {name}", Math.Abs(all.Average() - described.Mean) / described.MaxAbs, described.Tolerance),
            new($"largest of {name}", Share(all.Max(Math.Abs), described.MaxAbs), described.Tolerance),
        ];
    }

    private static void LoadWeights(Backbone model, GoldenWeights weights)
    {
        Dictionary<string, Tensor> state = model.state_dict();
        using var noGrad = no_grad();
        foreach (GoldenEntry entry in weights.Entries)
        {
            if (!state.Remove(entry.Name, out Tensor? parameter) || !parameter.shape.SequenceEqual(entry.Shape))
                throw new InvalidDataException($"the network has no {entry.Name} of [{string.Join(", ", entry.Shape)}]");
            parameter.copy_(GoldenValues.Entry(weights.Seed, entry));
        }
        if (state.Count > 0) throw new InvalidDataException($"the golden has no {state.Keys.First()}");
    }

    private static Tensor Pictures(GoldenInput input)
    {
        float[] values = GoldenValues.Affine(input.Seed, input.Name,
            input.Shape.Aggregate(1L, (product, side) => checked(product * side)), input.Offset, input.Scale);
        if (Math.Abs(values.Sum(v => (double)v) - input.Sum) > 1e-6)
            throw new InvalidDataException("the pictures' sum is not the stated one");
        return tensor(values, input.Shape);
    }

    // A gradient may be zero, and is right where it is.
    private static double Share(double found, double expected) => Math.Abs(found - expected) / Math.Max(expected, 1e-30);

    private static double[] Doubles(Tensor value) =>
        [.. value.detach().cpu().to_type(ScalarType.Float64).contiguous().data<double>()];
}
