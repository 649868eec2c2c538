using System.Runtime.InteropServices;

namespace Postern.Native.Paths;

/// <summary>Switches of libtorch that TorchSharp does not bind. They belong to the process.</summary>
internal static class TorchSwitches
{
    private const string Library = "libtorch_cpu";

    private const string SetDeterministicCudnn = "_ZN2at7Context21setDeterministicCuDNNEb",
        SetBenchmarkCudnn = "_ZN2at7Context17setBenchmarkCuDNNEb",
        DeterministicCudnn = "_ZNK2at7Context18deterministicCuDNNEv", BenchmarkCudnn = "_ZNK2at7Context14benchmarkCuDNNEv";

    private static readonly Lazy<IntPtr> handle = new(() => NativeLibrary.Load(
        OperatingSystem.IsLinux() && TorchRuntime.LibraryFolder is string folder
            ? Path.Combine(folder, $"{Library}.so") : Library));

    /// <summary>The library that has them.</summary>
    public static IntPtr Handle => handle.Value;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GlobalContext();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Switch(IntPtr context, [MarshalAs(UnmanagedType.U1)] bool on);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    [return: MarshalAs(UnmanagedType.U1)]
    private delegate bool Reading(IntPtr context);

    /// <summary>Why the switches cannot be reached; null where they can.</summary>
    public static string? Unavailable => !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
        ? "libtorch's switches are known on 64-bit x86 under Linux only"
        : NativeLibrary.TryGetExport(handle.Value, "_ZN2at7Context20setUserEnabledMkldnnEb", out _)
        ? null : "this libtorch has no such switch";

    /// <summary>Whether convolutions and bf16 products may go to oneDNN; they do at first.</summary>
    public static void UseOneDnn(bool on) => Set("_ZN2at7Context20setUserEnabledMkldnnEb", on);

    /// <summary>
    /// Whether convolutions may go to NNPACK. oneDNN takes all that NNPACK would, but where it does not know the processor,
    /// asking whether it could writes to standard error.
    /// </summary>
    public static void UseNnpack(bool on) => Set("_ZN2at7Context20setUserEnabledNNPACKEb", on);

    /// <summary>
    /// Lets cuDNN take only algorithms that give the same bits each time, and try none out for speed, which chooses by the clock.
    /// </summary>
    /// <returns>Whether it holds now; false where this libtorch has no such switches.</returns>
    public static bool UseDeterministicCudnn()
    {
        string[] all = [SetDeterministicCudnn, SetBenchmarkCudnn, DeterministicCudnn, BenchmarkCudnn];
        if (Unavailable is not null || !all.All(symbol => NativeLibrary.TryGetExport(handle.Value, symbol, out _))) return false;
        Set(SetDeterministicCudnn, true);
        Set(SetBenchmarkCudnn, false);
        return Is(DeterministicCudnn) && !Is(BenchmarkCudnn);
    }

    private static IntPtr Context => Function<GlobalContext>("_ZN2at13globalContextEv")();

    private static void Set(string symbol, bool on) => Function<Switch>(symbol)(Context, on);

    private static bool Is(string symbol) => Function<Reading>(symbol)(Context);

    private static T Function<T>(string symbol) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(handle.Value, symbol));
}
