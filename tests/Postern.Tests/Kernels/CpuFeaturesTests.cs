using Postern.Kernels;

namespace Postern.Tests.Kernels;

public class CpuFeaturesTests
{
    [Fact]
    public void Bfloat16_agrees_with_what_the_system_says()
    {
        if (!File.Exists("/proc/cpuinfo")) Assert.Skip("this system has no /proc/cpuinfo");
        string flags = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        if (!flags.Contains("sse2", StringComparison.Ordinal)) Assert.Skip("not an x86 processor");
        bool expected = flags.Contains("avx512_bf16", StringComparison.Ordinal) && SimdPaths.IsSupported(SimdPath.Avx512);
        Assert.Equal(expected, CpuFeatures.Current.HasBfloat16);
    }

    [Fact]
    public void Intel_is_who_the_system_says_made_it()
    {
        if (!File.Exists("/proc/cpuinfo")) Assert.Skip("this system has no /proc/cpuinfo");
        string vendor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("vendor_id", StringComparison.Ordinal)) ?? "";
        Assert.Equal(vendor.EndsWith("GenuineIntel", StringComparison.Ordinal), CpuFeatures.Current.IsIntel);
    }

    [Theory]
    [InlineData("cpu family")]
    [InlineData("model\t")]
    public void Family_and_model_are_those_that_the_system_says(string key)
    {
        if (!File.Exists("/proc/cpuinfo")) Assert.Skip("this system has no /proc/cpuinfo");
        string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        if (line is null) Assert.Skip("not an x86 processor");
        CpuFeatures cpu = CpuFeatures.Current;
        Assert.Equal(line.Split(':')[1].Trim(), $"{(key == "cpu family" ? cpu.Family : cpu.ModelNumber)}");
    }

    [Fact]
    public void The_line_names_the_path_of_the_kernels_and_no_feature_twice()
    {
        CpuFeatures cpu = CpuFeatures.Current;
        Assert.EndsWith($"kernels run on {SelectiveScan.Path}", cpu.ToString(), StringComparison.Ordinal);
        string[] all = [.. cpu.Supported, .. cpu.Missing];
        Assert.Equal(all.Distinct(), all);
        Assert.NotEmpty(cpu.Model);
    }

    [Theory]
    [InlineData(SimdPath.Portable, "portable")]
    [InlineData(SimdPath.Avx2, "avx2")]
    [InlineData(SimdPath.Avx512, "avx512")]
    public void Every_path_has_a_name_and_runs_or_is_refused(SimdPath path, string name)
    {
        Assert.Equal(name, SimdPaths.Name(path));
        var scan = new ScanCase(new SelectiveScanShape(1, 2, 3, 4));
        if (SimdPaths.IsSupported(path)) Assert.All(scan.Forward(path)["y"], y => Assert.True(float.IsFinite(y)));
        else Assert.Throws<PlatformNotSupportedException>(() => scan.Forward(path));
    }
}
