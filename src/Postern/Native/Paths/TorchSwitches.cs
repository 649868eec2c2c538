using System.Runtime.InteropServices;

namespace Postern.Native.Paths;

/// <summary>Switches of libtorch that TorchSharp does not bind. They belong to the process.</summary>
internal static class TorchSwitches
{
    private const string Library = "libtorch_cpu";

    private static readonly Lazy<IntPtr> handle = new(() => NativeLibrary.Load(
        OperatingSystem.IsLinux() && TorchRuntime.LibraryFolder is string folder
            ? Path.Combine(folder, $"{Library}.so") : Library));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GlobalContext();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Switch(IntPtr context, [MarshalAs(UnmanagedType.U1)] bool on);

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

    private static void Set(string symbol, bool on)
    {
        IntPtr context = Function<GlobalContext>("_ZN2at13globalContextEv")();
        Function<Switch>(symbol)(context, on);
    }

    private static T Function<T>(string symbol) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(handle.Value, symbol));
}
