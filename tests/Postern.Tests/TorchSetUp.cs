using System.Reflection;
using System.Runtime.CompilerServices;
using Postern.Kernels;
using Postern.Native;
using Postern.Native.Paths;
using Postern.Tests;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(CheckedMachine))]
[assembly: LargeSignalStack]

namespace Postern.Tests;

internal static class TorchSetUp
{
    [ModuleInitializer]
    internal static void Install() => TorchRuntime.Install();
}

/// <summary>
/// Compares the fast paths before any test runs, as a run does, so that tests mean the same on every machine;
/// <c>POSTERN_PATHS</c> counts. <see cref="MachineFault"/> may break something first.
/// </summary>
public sealed class CheckedMachine
{
    public CheckedMachine()
    {
        TorchRuntime.Load();
        MachineFault.Inject();
        SelfCheck.Ensure();
        Console.WriteLine(FormattableString.Invariant($"self-check: {SelfCheck.Elapsed.TotalMilliseconds:f0} ms"));
        try
        {
            if (CpuFeatures.Current.HasBfloat16) SelfCheck.Ensure(bfloat16: true);
        }
        // Without oneDNN, libtorch rounds its bf16 sums more than is allowed; tests that ask for candidates by name run on.
        catch (InputException e)
        {
            Console.WriteLine($"no bf16: {e.Message}");
        }
        Console.WriteLine($"paths: {string.Join(", ", SelfCheck.Chosen(bfloat16: true).Select(p => $"{p.Key}={p.Value}"))}");
    }
}

/// <summary>
/// Gives every test's thread a larger stack for signals: a test that multiplies in bf16 by hand leaves tiles on its thread, and
/// the next signal there, a collection's or a null reference's, would end the program.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LargeSignalStackAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => SignalStack.Enlarge();
}
