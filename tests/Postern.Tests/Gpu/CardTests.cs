using System.Text.Json.Nodes;
using Postern.Models;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Native.Cuda;
using Postern.Tests.Goldens;
using Postern.Tests.Studies;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Tests.Gpu;

/// <summary>When a card is used: after its kernels were compared on this machine, and not before.</summary>
[LongGroup("Gpu")]
[Collection(EmulatedCard.Collection)]
public class CardTests
{
    [Fact]
    public void A_card_that_passes_is_remembered_until_it_fails()
    {
        CudaDriver driver = EmulatedCard.Driver;
        CudaCard card = driver.Cards[0] with { Name = "Card that passes" };
        Assert.False(CudaPass.IsRemembered(driver, card));
        IReadOnlyList<Finding> findings = CudaTrial.Of(driver, card, EmulatedCard.Module, ComputeDevice.Cpu, steps: 2);
        Assert.DoesNotContain(findings, f => f.Fatal || f.Cure is not null);
        Assert.Contains(findings, f => f.Name == "kernel scan in BFloat16");
        Assert.Contains(findings, f => f.Name == "model vim-mini");
        Assert.Matches("losses of 2 steps differ by .* from the processor's.* without the kernels$",
            findings.Single(f => f.Name == "training vim-mini").Value);
        Assert.Equal(4, findings.Count(f => f.Name.StartsWith("training ", StringComparison.Ordinal)));
        Assert.True(CudaPass.IsRemembered(driver, card));
        Assert.False(CudaPass.IsRemembered(driver, card with { Capability = new Version(8, 0) }));
        var updated = CudaDriver.Open(EmulatedCard.Library, "570.124.06");
        Assert.False(CudaPass.IsRemembered(updated, card));
        Assert.Contains("release 570.124.06", CudaFindings.Of(updated, torchHasCuda: true)[0].Value, StringComparison.Ordinal);
        CudaPass.Forget(driver, card);
        Assert.False(CudaPass.IsRemembered(driver, card));
    }

    [Fact]
    public void A_card_that_misses_a_golden_is_not_remembered()
    {
        string? manifest = GoldenFolder.Manifests(kind => kind == "vim").FirstOrDefault(m =>
            m.Contains("small_signal", StringComparison.Ordinal));
        Assert.SkipWhen(manifest is null, "no goldens of a small Vim are here");
        using var folder = new TemporaryFolder();
        string there = Path.Combine(GoldenFolder.Root!, manifest), here = folder.File("vim.json");
        File.Copy(Path.ChangeExtension(there, ".safetensors"), Path.ChangeExtension(here, ".safetensors"));
        JsonNode golden = JsonNode.Parse(File.ReadAllText(there))!;
        double loss = golden["loss"]!.GetValue<double>();
        foreach (bool right in new[] { true, false })
        {
            golden["loss"] = right ? loss : 2 * loss;
            File.WriteAllText(here, golden.ToJsonString());
            CudaDriver driver = EmulatedCard.Driver;
            CudaCard card = driver.Cards[0] with { Name = "Card with goldens" };
            IReadOnlyList<Finding> findings =
                CudaTrial.Of(driver, card, EmulatedCard.Module, ComputeDevice.Cpu, steps: 1, goldens: folder.Path);
            Finding finding = findings.Single(f => f.Name == "golden vim");
            Assert.Equal((!right, right), (finding.Fatal, CudaPass.IsRemembered(driver, card)));
            if (!right) Assert.EndsWith("wrong: loss", finding.Value, StringComparison.Ordinal);
            CudaPass.Forget(driver, card);
        }
    }

    [Fact]
    public void Cells_may_run_on_every_card_that_has_passed_or_on_the_one_of_a_number()
    {
        using IDisposable three = EmulatedCard.Cards(3);
        CudaDriver driver = EmulatedCard.Driver;
        Assert.Equal(3, driver.Cards.Count);
        Assert.Empty(ComputeDevice.CardsOf("auto", driver));
        CudaPass.Remember(driver, driver.Cards[1], "as alike as they are");
        try
        {
            Assert.Equal([0, 1, 2], ComputeDevice.CardsOf("auto", driver));
            Assert.Equal([0, 1, 2], ComputeDevice.CardsOf("cuda", driver));
            Assert.Equal([1], ComputeDevice.CardsOf("cuda:1", driver));
            Assert.All(["cuda:3", "cpu", "gpu"], word => Assert.Empty(ComputeDevice.CardsOf(word, driver)));
        }
        finally
        {
            CudaPass.Forget(driver, driver.Cards[1]);
        }
    }

    [Fact]
    public void A_wrong_number_fails_the_comparison_and_names_what_is_wrong()
    {
        IReadOnlyList<Postern.Kernels.Deviation> found = CudaCheck.Run(new WrongNorm(EmulatedCard.Ops), CPU);
        Assert.Contains(found, d => !d.Passes && d.What.StartsWith("norm", StringComparison.Ordinal));
        Assert.All(found.Where(d => !d.What.StartsWith("norm", StringComparison.Ordinal)), d => Assert.True(d.Passes, d.What));
    }

    [Fact]
    public void A_card_that_learns_otherwise_fails_the_comparison()
    {
        ModelEntry vim = ModelCatalog.All.Get("vim-mini", "test");
        Assert.False(TrainingTrial.Of(vim, ModelOps.Chunked, ComputeDevice.Cpu, steps: 2).Fatal);
        Finding wrong = TrainingTrial.Of(vim, new WrongNorm(ModelOps.Cpu, oneIn: 2), ComputeDevice.Cpu, steps: 2);
        Assert.True(wrong.Fatal, wrong.Value);
        Assert.Contains("device: cpu", wrong.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_says_of_a_card_what_it_is_whether_kernels_are_accepted_and_what_runs_where()
    {
        CudaDriver driver = EmulatedCard.Driver;
        Finding card = CudaFindings.Of(driver, torchHasCuda: true)[1];
        Assert.Equal("card 0", card.Name);
        Assert.Equal("Emulated card, 8.0 GiB, capability 9.0; kernels accepted, not yet compared on this machine: auto takes the "
            + "processor", card.Value);
        Assert.Equal("run 'postern doctor --thorough --device cuda:0' once", card.Cure);
        Assert.Contains("processor alone", CudaFindings.Of(driver, torchHasCuda: false)[1].Value, StringComparison.Ordinal);
        using (EmulatedCard.Fault("cuModuleLoadDataEx", 222))
        {
            Finding refused = CudaFindings.Of(driver, torchHasCuda: true)[1];
            Assert.Contains("kernels refused", refused.Value, StringComparison.Ordinal);
            Assert.Contains("newer NVIDIA driver", refused.Cure, StringComparison.Ordinal);
        }
    }

    /// <summary>Kernels that are right but for one number of the norm in so many.</summary>
    private sealed class WrongNorm(IModelOps right, long oneIn = 1000) : IModelOps
    {
        public (Tensor Sum, Tensor Normed) AddNorm(Tensor stream,
            Tensor? branch, Tensor weight, ScalarType type)
        {
            (Tensor sum, Tensor normed) = right.AddNorm(stream, branch, weight, type);
            return (sum, normed * (1 + arange(normed.numel()).view(normed.shape).fmod(oneIn).eq(0).to(type)));
        }

        public Tensor Convolve(Tensor x,
            (Tensor Weight, Tensor Bias) kernels, bool reverse) => right.Convolve(x, kernels, reverse);

        public (Tensor Forward, Tensor Backward) ConvolvePair(Tensor x,
            (Tensor Weight, Tensor Bias) forward,
            (Tensor Weight, Tensor Bias) backward) => right.ConvolvePair(x, forward, backward);

        public Tensor Scan(ScanInput scan) => right.Scan(scan);

        public Tensor ScanPair(
            ScanDirection forward, ScanDirection backward, Tensor z, int window = 0) =>
            right.ScanPair(forward, backward, z, window);

        public (Tensor Sum, Tensor Normed) AddLayerNorm(
            Tensor stream, Tensor? branch, LayerNormOf norm, ScalarType type) => right.AddLayerNorm(stream, branch, norm, type);

        public Tensor Gelu(Tensor x) => right.Gelu(x);

        public Tensor GatedConvolve(Tensor projected, (Tensor Weight, Tensor Bias) kernels) =>
            right.GatedConvolve(projected, kernels);
    }
}
