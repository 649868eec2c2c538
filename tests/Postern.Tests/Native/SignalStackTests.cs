using Postern.Kernels;
using Postern.Native;
using Postern.Tests.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Native;

[Trait("Category", "Fault")]
public class SignalStackTests
{
    private const string Variable = "POSTERN_TEST_NULL_REFERENCE";

    [Fact]
    [LongGroup("Fault")]
    public void A_null_reference_after_products_in_bf16_is_an_exception_and_not_the_end_of_the_process()
    {
        if (!CpuFeatures.Current.HasBfloat16) Assert.Skip("the processor has no bf16 products");
        (int code, string output) = TestProcess.Run(
            ["-method", $"{typeof(SignalStackTests).FullName}.{nameof(Meets_a_null_reference)}"], (Variable, "1"));
        Assert.True(code == 0, $"exit code {code}: {output}");
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Meets_a_null_reference()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            Assert.Skip("the other test runs it in a process that it may end");
        Exception? met = null;
        var thread = new Thread(() =>
        {
            // To see what happens otherwise, on a processor with AMX: POSTERN_TEST_NULL_REFERENCE=small, and this method alone.
            if (Environment.GetEnvironmentVariable(Variable) != "small") SignalStack.Enlarge();
            using (DisposeScope scope = NewDisposeScope())
            {
                using var noGrad = no_grad();
                for (int i = 0; i < 3; i++)
                    ones(256, 256, dtype: ScalarType.BFloat16).matmul(ones(256, 256, dtype: ScalarType.BFloat16));
            }
            met = Record.Exception(() => Length(Nothing()));
        });
        thread.Start();
        thread.Join();
        Assert.IsType<NullReferenceException>(met);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static string? Nothing() => null;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static int Length(string? text) => text!.Length;
}
