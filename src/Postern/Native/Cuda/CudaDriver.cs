using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Postern.Native.Cuda;

/// <summary>
/// The CUDA driver of this machine, found at run time: nothing of CUDA is needed to build or start the program. Every call that
/// fails is an <see cref="InputException"/> of one line (<see cref="CudaError"/>).
/// </summary>
internal sealed class CudaDriver
{
    /// <summary>The driver's library, which comes with the driver and not with a toolkit.</summary>
    public const string Library = "libcuda.so.1";

    private const int CapabilityMajor = 75, CapabilityMinor = 76;

    private static readonly Lazy<(CudaDriver? Driver, string Absence)> Found = new(Find);

    private readonly nint library;
    private readonly ConcurrentDictionary<int, nint> contexts = new();
    private readonly ErrorNameCall? errorName;

    private CudaDriver(nint library, string? build)
    {
        (this.library, Build) = (library, build);
        errorName = NativeLibrary.TryGetExport(library, "cuGetErrorName", out nint address)
            ? Marshal.GetDelegateForFunctionPointer<ErrorNameCall>(address) : null;
        Call<FlagsCall>("cuInit", f => f(0));
        int version = 0;
        Call<NumberCall>("cuDriverGetVersion", f => f(out version));
        Version = new Version(version / 1000, version % 1000 / 10);
        int count = 0;
        Call<NumberCall>("cuDeviceGetCount", f => f(out count));
        Cards = [.. Enumerable.Range(0, count).Select(Describe)];
    }

    private delegate int FlagsCall(uint flags);

    private delegate int NumberCall(out int number);

    private delegate int DeviceCall(out int device, int index);

    private delegate int DeviceNameCall(byte[] name, int length, int device);

    private delegate int DeviceMemoryCall(out nuint bytes, int device);

    private delegate int FreeMemoryCall(out nuint free, out nuint all);

    private delegate int RetainCall(out nint context, int device);

    private delegate int ContextCall(nint context);

    private delegate int ContextOutCall(out nint context);

    private delegate int AttributeCall(out int value, int attribute, int device);

    private delegate int ErrorNameCall(int code, out nint name);

    /// <summary>This machine's driver; null where there is none that works, and <see cref="Absence"/> says why.</summary>
    public static CudaDriver? Installed => Found.Value.Driver;

    /// <summary>Why there is no <see cref="Installed"/>, in one line; empty where there is.</summary>
    public static string Absence => Found.Value.Absence;

    /// <summary>The newest CUDA that it serves.</summary>
    public Version Version { get; }

    /// <summary>Its release (<see cref="CudaBuild"/>); null where the system does not tell.</summary>
    public string? Build { get; }

    /// <summary>The cards that this process sees.</summary>
    public IReadOnlyList<CudaCard> Cards { get; }

    /// <summary>A driver by its library.</summary>
    /// <param name="library">The file, or a name that the system finds.</param>
    /// <param name="build">Its release; null where it is not known.</param>
    /// <exception cref="InputException">It does not load, or a call fails.</exception>
    public static CudaDriver Open(string library, string? build = null) => NativeLibrary.TryLoad(library, out nint handle)
        ? new CudaDriver(handle, build)
        : throw new InputException("CUDA driver",
            $"{library} is not on this machine: install NVIDIA's driver if it has a card of theirs, or set device: cpu");

    /// <summary>Calls a function of the driver.</summary>
    /// <exception cref="InputException">The driver lacks it, or answers with an error.</exception>
    public void Call<TFunction>(string name, Func<TFunction, int> call) where TFunction : Delegate =>
        Check(name, call(Function<TFunction>(name)));

    /// <summary>A function of the driver, for calls that are made often.</summary>
    /// <exception cref="InputException">The driver lacks it.</exception>
    public TFunction Function<TFunction>(string name) where TFunction : Delegate =>
        NativeLibrary.TryGetExport(library, name, out nint address)
            ? Marshal.GetDelegateForFunctionPointer<TFunction>(address)
            : throw new InputException("CUDA driver",
                $"it has no {name}, which CUDA 10.1 has: install a newer NVIDIA driver, or set device: cpu");

    /// <exception cref="InputException"><paramref name="code"/> is an error.</exception>
    public void Check(string function, int code, string log = "")
    {
        if (code == 0) return;
        string? name = errorName is not null && errorName(code, out nint text) == 0 ? Marshal.PtrToStringUTF8(text) : null;
        throw CudaError.Of(function, code, name, log);
    }

    /// <summary>What it is, in a few words.</summary>
    public override string ToString() => $"driver of CUDA {Version}{(Build is null ? "" : $", release {Build}")}";

    /// <summary>The driver's handle of a card.</summary>
    public int Device(int index)
    {
        int device = 0;
        Call<DeviceCall>("cuDeviceGet", f => f(out device, index));
        return device;
    }

    /// <summary>Bytes that are free on a card now.</summary>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public long FreeMemory(int index) => On(index, () =>
    {
        nuint free = 0;
        Call<FreeMemoryCall>("cuMemGetInfo_v2", f => f(out free, out _));
        return (long)free;
    });

    /// <summary>Does something in the context that libtorch uses on a card.</summary>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public T On<T>(int index, Func<T> act)
    {
        nint context = contexts.GetOrAdd(index, Retain);
        Call<ContextCall>("cuCtxPushCurrent_v2", f => f(context));
        try
        {
            return act();
        }
        finally
        {
            _ = Function<ContextOutCall>("cuCtxPopCurrent_v2")(out _);
        }
    }

    private nint Retain(int index)
    {
        nint context = 0;
        Call<RetainCall>("cuDevicePrimaryCtxRetain", f => f(out context, Device(index)));
        return context;
    }

    private static (CudaDriver?, string) Find()
    {
        try
        {
            return (Open(Library, CudaBuild.OfMachine), "");
        }
        catch (InputException e)
        {
            return (null, e.Message);
        }
    }

    private CudaCard Describe(int index)
    {
        int device = Device(index), major = 0, minor = 0;
        byte[] name = new byte[256];
        nuint bytes = 0;
        Call<DeviceNameCall>("cuDeviceGetName", f => f(name, name.Length, device));
        Call<DeviceMemoryCall>("cuDeviceTotalMem_v2", f => f(out bytes, device));
        Call<AttributeCall>("cuDeviceGetAttribute", f => f(out major, CapabilityMajor, device));
        Call<AttributeCall>("cuDeviceGetAttribute", f => f(out minor, CapabilityMinor, device));
        return new CudaCard(index, System.Text.Encoding.UTF8.GetString(name).TrimEnd('\0'), (long)bytes,
            new Version(major, minor));
    }
}
