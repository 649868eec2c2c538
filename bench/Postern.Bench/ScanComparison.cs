using Postern.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Bench;

/// <summary>The fused selective scan against the loop of tensor operations, at the paper's CIFAR Vim: L 65, E 512, N 16.</summary>
internal static class ScanComparison
{
    /// <summary>Prints milliseconds and ratios of forward and of forward + backward.</summary>
    public static void Compare(int batch = 32, int rounds = 5)
    {
        ScanInput input = ScanInputs.Make(batch, 65, 512, 16);
        (double loop, double fused) = SideBySide.Medians(rounds, () => Forward(SelectiveScanLoop.Apply, input), () => Forward(SelectiveScanFunction.Apply, input));
        Console.WriteLine($"scan forward, batch {batch}: loop {loop * 1e3:f1} ms, fused {fused * 1e3:f2} ms, {loop / fused:f1} times faster");
        (loop, fused) = SideBySide.Medians(rounds, () => Both(SelectiveScanLoop.Apply, input), () => Both(SelectiveScanFunction.Apply, input));
        Console.WriteLine($"scan forward + backward, batch {batch}: loop {loop * 1e3:f1} ms, fused {fused * 1e3:f2} ms, {loop / fused:f1} times faster");
    }

    private static void Forward(Func<ScanInput, Tensor> scan, ScanInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        scan(input);
    }

    private static void Both(Func<ScanInput, Tensor> scan, ScanInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        scan(input).sum().backward();
    }
}
