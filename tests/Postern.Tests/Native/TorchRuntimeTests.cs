using System.Diagnostics;

namespace Postern.Tests.Native;

[Trait("Category", "Fault")]
[LongGroup("Long")]
public class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_in_several_processes_that_start_at_once_and_leaves_nothing_behind()
    {
        Process[] doctors = [.. Enumerable.Range(0, 4)
            .Select(_ => Process.Start(
                new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Postern.Cli.dll"), "doctor"])
        {
            RedirectStandardOutput = true,
        })!)];
        foreach (Process doctor in doctors)
        {
            using (doctor)
            {
                Assert.Contains("libtorch", doctor.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
                doctor.WaitForExit();
                Assert.Equal(0, doctor.ExitCode);
                Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), $".postern-{doctor.Id}-*"));
            }
        }
    }
}
