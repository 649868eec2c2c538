using System.Globalization;
using Postern.Kernels;
using SkiaSharp;
using TorchSharp;

namespace Postern.Native;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">What was found.</param>
/// <param name="Cure">What to do about it; null where nothing is wrong.</param>
/// <param name="Fatal">Nothing can run until it is cured.</param>
public sealed record Finding(string Name, string Value, string? Cure = null, bool Fatal = false);

/// <summary>Looks at everything that Postern needs from the machine.</summary>
public static class Doctor
{
    private const long Gigabyte = 1L << 30;

    /// <summary>The findings, most basic first.</summary>
    /// <param name="resultFolder">Where results are to be written.</param>
    public static IReadOnlyList<Finding> Examine(string resultFolder)
    {
        List<Finding> findings =
            [
                new("postern",
                    $"{Machine.PosternVersion} on .NET {Environment.Version}, "
                        + $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}")];
        bool loaded = true;
        try
        {
            TorchRuntime.Load();
            findings.Add(
                new("libtorch",
                    $"{Machine.LibTorchVersion} (TorchSharp {Machine.TorchSharpVersion}) from "
                        + $"{TorchRuntime.LibraryFolder ?? "the system"}"));
            findings.Add(new("compatibility", TorchRuntime.Measure));
        }
        catch (InputException e)
        {
            loaded = false;
            findings.Add(new("libtorch", e.Message, TorchRuntime.LibraryFolder is null
                ? "publish or build again: the folder runtimes/linux-x64/native must be beside the program"
                : TorchRuntime.NamedFolder is not null
                ? $"name torch/lib of a PyTorch {Machine.LibTorchVersion} in {TorchRuntime.Variable}, or unset it"
                : "install a newer libstdc++6, or give the program a temporary folder that it may write to and execute from",
                Fatal: true));
        }
        findings.Add(new("processor", $"{Machine.Processor}, {Environment.ProcessorCount} cores"));
        findings.Add(Machine.InstructionSets.Contains("AVX2")
            ? new("instructions", $"{string.Join(", ", Machine.InstructionSets)}; the scan takes the {SelectiveScan.Path} path")
            : new("instructions", "no AVX2", "the portable kernels will be used, several times slower; nothing to install"));
        if (loaded)
        {
            findings.Add(torch.get_num_threads() <= Environment.ProcessorCount
                ? new("threads", $"{torch.get_num_threads()} for libtorch")
                : new("threads", $"{torch.get_num_threads()} for libtorch on {Environment.ProcessorCount} cores",
                    "unset OMP_NUM_THREADS or give --threads"));
            findings.Add(new("tensors", TensorHeap.Unavailable is string why
                ? $"in libtorch's own memory: {why}" : "in memory whose holes are filled again"));
            findings.Add(new("devices", torch.cuda_is_available() ? $"cpu, {torch.cuda.device_count()} cuda" : "cpu"));
        }
        findings.Add(Memory());
        findings.Add(Disk(resultFolder));
        findings.Add(SKFontManager.Default.FontFamilyCount > 0
            ? new("fonts", $"{SKFontManager.Default.FontFamilyCount} families")
            : new("fonts", "none",
                "reports and drawn signs need none; for charts with labels install a font, e.g. fonts-dejavu-core"));
        return findings;
    }

    private static Finding Memory()
    {
        (long total, long available) = Machine.Memory;
        string value = available > 0 ? $"{Gigabytes(available)} free of {Gigabytes(total)}" : Gigabytes(total);
        return available is > 0 and < 2 * Gigabyte
            ? new("memory", value, "less than 2 GiB is free: close other programs or use a smaller batch_size")
            : new("memory", value);
    }

    private static Finding Disk(string folder)
    {
        string existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        long free = new DriveInfo(existing).AvailableFreeSpace;
        return free < Gigabyte
            ? new("disk", $"{Gigabytes(free)} free for {folder}", "less than 1 GiB is free: make room or give another --out")
            : new("disk", $"{Gigabytes(free)} free for {folder}");
    }

    private static string Gigabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Gigabyte:f1} GiB");
}
