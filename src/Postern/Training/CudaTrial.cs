using System.Diagnostics;
using System.Globalization;
using Postern.Configuration;
using Postern.Kernels;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Native.Cuda;
using Postern.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>
/// The validation of a user's card, <c>postern doctor --thorough --device cuda</c>: the kernels against plain operations, a step
/// of a small model of each family there and on the processor, then fifty steps of training, goldens where there are any, and the
/// kernels' pace beside that of plain operations. A card that passes is remembered, and only then used.
/// </summary>
public static class CudaTrial
{
    // As between a model's fast and plain paths (ModelTrial): TF32 is off.
    private const double AllowedLogits = 1e-4, AllowedGradients = 1e-2;
    private const int Batch = 4, Classes = 10, Side = 32, Repeats = 5, Steps = 50;

    private const string Cure = "set device: cpu, and report the card, the driver and this line (docs/gpu.md)";

    private static readonly string[] Families = ["resnet-mini", "deit-mini", "vim-mini", "mambaout-mini"];

    /// <summary>Tries the card that <paramref name="wanted"/> names, and remembers whether it passes.</summary>
    /// <param name="wanted"><c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="source">Who says so, for errors.</param>
    /// <param name="goldens">A folder with models' goldens, which are compared there, too; null for none.</param>
    /// <returns>One finding for each comparison; fatal ones are of results that are wrong.</returns>
    /// <exception cref="InputException">There is no such card here, the driver answers with an error, or the folder holds no
    /// goldens.</exception>
    public static IReadOnlyList<Finding> Of(string wanted, string source, string? goldens = null)
    {
        (CudaDriver driver, CudaCard card) = ComputeDevice.Card(wanted, source);
        CudaModule module = CudaCards.Module(driver, card.Index);
        return Of(driver, card, module, new ComputeDevice($"cuda:{card.Index}"), goldens: goldens);
    }

    /// <summary>The same of a module whose tensors lie on <paramref name="device"/>, with so many steps of training.</summary>
    internal static IReadOnlyList<Finding> Of(
        CudaDriver driver, CudaCard card, CudaModule module, ComputeDevice device, int steps = Steps, string? goldens = null)
    {
        IReadOnlyList<string> manifests = goldens is null ? [] : GoldenTrial.In(goldens);
        var ops = new CudaOps(module);
        List<Finding> findings =
        [
            .. CudaCheck.Run(ops, device.Torch).GroupBy(d => d.What.Split(',')[0]).Select(Kernels),
            .. Families.Select(name => Model(ModelCatalog.All.Get(name, name), ops, device)),
            .. Families.Select(name => TrainingTrial.Of(ModelCatalog.All.Get(name, name), ops, device, steps)),
            .. manifests.Select(path => GoldenTrial.Of(path, device, ops).Finding(Cure)),
        ];
        if (findings.All(f => !f.Fatal))
        {
            string outcome = string.Join('\n', findings.Select(f => $"{f.Name}: {f.Value}"));
            findings.Add(CudaPass.Remember(driver, card, outcome)
                ? new($"card {card.Index}", "passes: device: auto takes it from now on")
                : new($"card {card.Index}", "passes, and cannot be remembered",
                    "name a folder that can be written to in POSTERN_CACHE"));
        }
        else CudaPass.Forget(driver, card);
        findings.Add(Pace(ops, module, device));
        return findings;
    }

    private static Finding Kernels(IGrouping<string, Deviation> of)
    {
        Deviation worst = of.Where(d => d.Allowed > 0).MaxBy(d => d.Excess);
        Deviation[] failed = [.. of.Where(d => !d.Passes)];
        string value = Text($"off by {worst.Largest:g2} of the largest value, allowed {worst.Allowed:g2}");
        return failed.Length == 0
            ? new($"kernel {of.Key}", value)
            : new($"kernel {of.Key}", $"{value}; wrong: {string.Join("; ", failed.Select(f => f.What))}",
                Cure, Fatal: true);
    }

    private static Finding Model(ModelEntry entry, IModelOps ops, ComputeDevice device)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone here = ModelCatalog.Create(new Choice(entry), Classes, Side, seed: 0),
            there = ModelCatalog.Create(new Choice(entry), Classes, Side, seed: 0, device);
        if (there is Vim vim) vim.Ops = ops;
        float[] numbers = Array.ConvertAll(TrialTensors.Draw(Batch * 3 * Side * Side, 1), v => v * 0.7390851f);
        Tensor pictures = tensor(numbers).view(Batch, 3, Side, Side), labels = arange(Batch);
        (Tensor logits, Tensor gradients) = ModelTrial.Step(here, pictures, labels);
        (Tensor fastLogits, Tensor fastGradients) = ModelTrial.Step(there, pictures.to(device.Torch), labels.to(device.Torch));
        Deviation[] comparisons =
        [
            new("logits", ModelTrial.Difference(fastLogits.cpu(), logits), AllowedLogits),
            new("gradients", ModelTrial.Difference(fastGradients.cpu(), gradients), AllowedGradients),
        ];
        string value =
            string.Join(", ", comparisons.Select(c => Text($"{c.What} differ by {c.Largest:g2} from the processor's")));
        return comparisons.All(c => c.Passes)
            ? new($"model {entry.Name}", value)
            : new($"model {entry.Name}", value, Cure, Fatal: true);
    }

    /// <summary>A pair of scans with its gradients, at the width of vim-cifar, by the kernels and by plain operations.</summary>
    private static Finding Pace(IModelOps ops, CudaModule module, ComputeDevice device)
    {
        const int length = 17, channels = 128, rank = 8;
        double kernels = Seconds(ops), plain = Seconds(ModelOps.Plain);
        return new("pace", Text(
            $"a pair of scans and its gradients: {1e3 * kernels:f2} ms by the kernels, {1e3 * plain:f2} ms by plain operations"));

        double Seconds(IModelOps by)
        {
            Step(by);
            var watch = Stopwatch.StartNew();
            for (int i = 0; i < Repeats; i++) Step(by);
            return watch.Elapsed.TotalSeconds / Repeats;
        }

        void Step(IModelOps by)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor Leaf(params long[] shape) => randn(shape).to(device.Torch).detach().requires_grad_();
            ScanDirection Way() => new(Leaf(Batch, length, channels), Leaf(Batch, length, rank + 2 * GpuKernels.States),
                Leaf(channels, GpuKernels.States).abs().neg(), Leaf(channels), Leaf(channels, rank), Leaf(channels));
            by.ScanPair(Way(), Way(), Leaf(Batch, length, channels)).sum().backward();
            module.Synchronize();
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
