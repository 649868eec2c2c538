using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Running;
using Postern.Benchmarks;
using Postern.Native;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
TorchRuntime.Load();
if (args is ["--filter" or "--list", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(ScanBenchmarks).Assembly).Run(args);
    return 0;
}

var augment = new Command("augment", "Pictures augmented a second by one worker thread.");
augment.SetAction(_ => AugmentationPace.Measure());
var root = new RootCommand(
    "Postern's speed beside the hardware's limit and beside others. With --filter NAME: BenchmarkDotNet's suites.")
{
    CompareCommand.Create(),
    CompareCommand.Create("scan", "The scan's rows of compare.", name => name.StartsWith("scan-", StringComparison.Ordinal)),
    CompareCommand.Create("step", "The training steps' rows of compare.",
        name => name.EndsWith("-step", StringComparison.Ordinal)),
    CompareCommand.Create("poison", "The poisoning rows of compare.",
        name => name.StartsWith("poison-", StringComparison.Ordinal)),
    augment, LengthsCommand.Create(), StepMemory.Create(), StartCost.Create(), StartCost.CreateOnce(),
    LargeStudy.Create(), LargeStudy.CreateOnce(),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (InputException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
