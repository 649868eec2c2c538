using System.Globalization;
using BenchmarkDotNet.Running;
using Postern.Bench;
using Postern.Native;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
TorchRuntime.Load();
Console.WriteLine($"{Machine.Processor}, {Environment.ProcessorCount} cores, {string.Join(" ", Machine.InstructionSets)}");
Console.WriteLine($"libtorch {Machine.LibTorchVersion}, {TorchSharp.torch.get_num_threads()} threads, .NET {Environment.Version}");
switch (args.FirstOrDefault())
{
    case "step":
        TrainingStep.Compare();
        break;
    case "scan":
        ScanComparison.Compare();
        break;
    case "augment":
        AugmentationPace.Measure();
        break;
    case "input":
        InputPace.Print(args is [_, "--data", string photos] ? photos : null);
        break;
    case "poison":
        PoisoningPace.Measure(args is [_, "--data", string path] ? path : null);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ScanBenchmarks).Assembly).Run(args);
        break;
}
