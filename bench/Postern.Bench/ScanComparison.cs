using Postern.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Bench;

/// <summary>The fused selective scan against two loops of tensor operations, at the paper's CIFAR Vim: L 65, E 512, N 16.</summary>
internal static class ScanComparison
{
    /// <summary>Prints milliseconds and ratios of forward and of forward + backward.</summary>
    public static void Compare(int batch = 32, int rounds = 5)
    {
        ScanInput input = ScanInputs.Make(batch, 65, 512, 16);
        using (NewDisposeScope())
        using (no_grad())
        {
            Tensor fused = SelectiveScanFunction.Apply(input);
            double error = ((OfficialScan.Apply(input) - fused).abs().max() / fused.abs().max()).item<float>();
            Console.WriteLine($"largest difference from the official reference: {error:g2} of the largest value");
        }
        Print("forward", batch, Forward, input, rounds, OfficialScan.Apply, "official reference");
        Print("forward", batch, Forward, input, rounds, SelectiveScanLoop.Apply, "our loop");
        Print("forward + backward", batch, Both, input, rounds, SelectiveScanLoop.Apply, "our loop");
        ScanInput small = ScanInputs.Make(2, 65, 512, 16);
        Print("forward + backward", 2, Both, small, 1, OfficialScan.Apply, "official reference");
    }

    private static void Print(string what, int batch, Action<Func<ScanInput, Tensor>, ScanInput> run, ScanInput input, int rounds,
        Func<ScanInput, Tensor> plain, string name)
    {
        (double slow, double fast) = SideBySide.Medians(rounds, () => run(plain, input), () => run(SelectiveScanFunction.Apply, input));
        Console.WriteLine($"scan {what}, batch {batch}: {name} {slow * 1e3:f1} ms, fused {fast * 1e3:f2} ms, {slow / fast:f1} times faster");
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
