using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Postern.Kernels;
using TorchSharp;

namespace Postern.Native;

/// <summary>Facts about this machine and the libraries in use, recorded with every result.</summary>
public static class Machine
{
    /// <summary>Version of the libtorch that this build was made with.</summary>
    public static string LibTorchVersion { get; } = typeof(Machine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "LibTorchVersion").Value!;

    /// <summary>Version of TorchSharp.</summary>
    public static string TorchSharpVersion { get; } = VersionOf(typeof(torch).Assembly);

    /// <summary>Version of Postern.</summary>
    public static string PosternVersion { get; } = VersionOf(typeof(Machine).Assembly);

    /// <summary>The processor's name as the system gives it.</summary>
    public static string Processor => CpuFeatures.Current.Model;

    /// <summary>The instruction sets that the kernels and libtorch make use of.</summary>
    public static IReadOnlyList<string> InstructionSets => CpuFeatures.Current.Supported;

    /// <summary>Memory in bytes: what this process may use, and what is free now (0 where the system does not say).</summary>
    public static (long Total, long Available) Memory =>
        (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Kilobytes(ReadField("/proc/meminfo", "MemAvailable")) * 1024);

    /// <summary>Largest resident memory of this process until now, bytes.</summary>
    public static long PeakMemory
    {
        get
        {
            using var own = Process.GetCurrentProcess();
            return own.PeakWorkingSet64;
        }
    }

    /// <summary>
    /// Resident memory of this process in bytes: its own, and what it reads of files, such as code; 0 where the system does not
    /// say.
    /// </summary>
    internal static (long Own, long OfFiles) ResidentMemory => (Resident("RssAnon"), Resident("RssFile"));

    private static long Resident(string field) => Kilobytes(ReadField("/proc/self/status", field)) * 1024;

    private static string VersionOf(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    private static long Kilobytes(string? text) =>
        long.TryParse((text ?? "").Replace(" kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out long value)
            ? value : 0;

    private static string? ReadField(string path, string field)
    {
        if (!File.Exists(path)) return null;
        string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim();
    }
}
