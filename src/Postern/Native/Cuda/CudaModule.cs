using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Postern.Native.Cuda;

/// <summary>
/// Kernels on one card, in the context that libtorch uses there (the card's primary one), so that they reach its tensors. They
/// are launched on the default stream: it is libtorch's, too, as TorchSharp has no way to change it.
/// </summary>
internal sealed class CudaModule
{
    private const int ErrorLog = 5, ErrorLogBytes = 6, LogSize = 4096;

    // Of one launch: what the kernel is given, and the list of one address that the driver wants.
    private const int LargestCall = 1016;

    [ThreadStatic]
    private static nint memory;

    private readonly CudaDriver driver;
    private readonly ContextCall push;
    private readonly ContextOutCall pop;
    private readonly LaunchCall launch;
    private readonly nint context, module;
    private readonly ConcurrentDictionary<string, nint> functions = new();

    /// <param name="driver">The driver.</param>
    /// <param name="index">The card's number.</param>
    /// <param name="ptx">The kernels' text.</param>
    /// <param name="block">Threads of a block of theirs.</param>
    /// <exception cref="InputException">The card is not there, or the driver refuses the text; what its compiler said is in the
    /// message.</exception>
    public CudaModule(CudaDriver driver, int index, string ptx, int block)
    {
        (this.driver, Block) = (driver, block);
        int device = driver.Device(index);
        nint retained = 0;
        driver.Call<RetainCall>("cuDevicePrimaryCtxRetain", f => f(out retained, device));
        context = retained;
        push = driver.Function<ContextCall>("cuCtxPushCurrent_v2");
        pop = driver.Function<ContextOutCall>("cuCtxPopCurrent_v2");
        launch = driver.Function<LaunchCall>("cuLaunchKernel");
        module = Inside(() => Load(ptx));
    }

    private delegate int RetainCall(out nint context, int device);

    private delegate int ContextCall(nint context);

    private delegate int ContextOutCall(out nint context);

    private delegate int PlainCall();

    private delegate int LoadCall(out nint module, byte[] image, uint options, int[] names, nint[] values);

    private delegate int FunctionCall(out nint function, nint module, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    private delegate int LaunchCall(nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint shared, nint stream, nint parameters, nint extra);

    /// <summary>Threads of a block.</summary>
    public int Block { get; }

    /// <summary>Starts a kernel; what it does comes after all that was started before, and is not waited for.</summary>
    /// <param name="kernel">Its name.</param>
    /// <param name="x">Blocks, first dimension; at least 1, as the others.</param>
    /// <param name="y">Blocks, second dimension; at most 65535.</param>
    /// <param name="z">Blocks, third dimension.</param>
    /// <param name="call">What it is given.</param>
    /// <exception cref="InputException">The driver answers with an error: of this launch, or of an earlier one that has failed
    /// meanwhile.</exception>
    public void Launch<TCall>(string kernel, long x, long y, long z, TCall call) where TCall : unmanaged
    {
        if (memory == 0) memory = Marshal.AllocHGlobal(LargestCall + nint.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Marshal.SizeOf<TCall>(), LargestCall);
        Marshal.StructureToPtr(call, memory, fDeleteOld: false);
        Marshal.WriteIntPtr(memory, LargestCall, memory);
        nint parameters = memory + LargestCall;
        _ = Inside(() =>
        {
            nint function = functions.GetOrAdd(kernel, Find);
            driver.Check("cuLaunchKernel", launch(
                function, checked((uint)x), checked((uint)y), checked((uint)z), (uint)Block, 1, 1, 0, 0, parameters, 0));
            return function;
        });
    }

    /// <summary>Waits until the card has done everything.</summary>
    /// <exception cref="InputException">Something that was started has failed.</exception>
    public void Synchronize() => _ = Inside<nint>(() =>
    {
        driver.Call<PlainCall>("cuCtxSynchronize", f => f());
        return 0;
    });

    private T Inside<T>(Func<T> act)
    {
        driver.Check("cuCtxPushCurrent_v2", push(context));
        try
        {
            return act();
        }
        finally
        {
            _ = pop(out _);
        }
    }

    private nint Load(string ptx)
    {
        nint log = Marshal.AllocHGlobal(LogSize);
        try
        {
            Marshal.WriteByte(log, 0);
            nint loaded = 0;
            int code = driver.Function<LoadCall>("cuModuleLoadDataEx")(
                out loaded, Encoding.ASCII.GetBytes(ptx + "\0"), 2, [ErrorLog, ErrorLogBytes], [log, LogSize]);
            driver.Check("cuModuleLoadDataEx", code, code == 0 ? "" : Marshal.PtrToStringUTF8(log) ?? "");
            return loaded;
        }
        finally
        {
            Marshal.FreeHGlobal(log);
        }
    }

    private nint Find(string kernel)
    {
        nint function = 0;
        driver.Call<FunctionCall>("cuModuleGetFunction", f => f(out function, module, kernel));
        return function;
    }
}
