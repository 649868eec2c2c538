using BenchmarkDotNet.Attributes;
using Postern.Models.Ops;
using Postern.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>Selective scan forward, over batch sizes, at the paper's CIFAR Vim.</summary>
public class ScanBenchmarks
{
    private ScanInput? input;

    [Params(1, 8, 32)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        TorchRuntime.Load();
        input = ScanInputs.Make(Batch, 65, 512, 16);
    }

    [Benchmark(Baseline = true)]
    public void Loop() => Forward(SelectiveScanLoop.Apply);

    [Benchmark]
    public void Fused() => Forward(SelectiveScanFunction.Apply);

    private void Forward(Func<ScanInput, Tensor> scan)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        scan(input!);
    }
}
