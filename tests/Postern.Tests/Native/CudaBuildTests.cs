using Postern.Native.Cuda;
using Postern.Tests.Studies;

namespace Postern.Tests.Native;

public class CudaBuildTests
{
    [Theory]
    [InlineData("sys/module/nvidia/version", "535.104.05\n", "535.104.05")]
    [InlineData("proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82  Thu Sep 16 03:15:15 UTC 2021\n"
            + "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n", "470.82")]
    [InlineData("proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (dvs-builder@U22-I3-B17)  Wed Feb 26\n",
        "570.124.06")]
    [InlineData("proc/driver/nvidia/version", "NVRM version: unknown x86_64\n", null)]
    [InlineData("proc/driver/nvidia/version", "", null)]
    public void The_drivers_release_is_read_from_what_its_kernel_module_tells(string file, string text, string? release)
    {
        using var root = new TemporaryFolder();
        string path = Path.Combine(root.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Assert.Equal(release, CudaBuild.Read(root.Path));
    }

    [Fact]
    public void A_machine_that_tells_no_release_has_none()
    {
        using var root = new TemporaryFolder();
        Assert.Null(CudaBuild.Read(root.Path));
    }
}
