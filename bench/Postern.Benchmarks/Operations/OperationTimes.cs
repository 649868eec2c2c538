using System.Diagnostics;
using System.Runtime.InteropServices;
using Postern.Native.Paths;

namespace Postern.Benchmarks;

/// <summary>
/// The time of each operation of libtorch, forward and backward, without that of the operations that it calls in turn. libtorch
/// tells of every one by hooks around it; a pair takes about half a microsecond, which is counted with the operation around it.
/// </summary>
internal sealed class OperationTimes : IDisposable
{
    // The bytes of libtorch's scopes that are calls of operations, and nodes of a backward pass.
    private const ulong Calls = 1, Nodes = 1 << 8;

    private static readonly Dictionary<(string, bool), OperationTime> found = [];
    private readonly NameOf nameOf;
    private readonly Remove remove;
    private readonly ulong[] hooks;

    // libtorch has their addresses.
    private readonly Begin beginCall, beginNode;
    private readonly End end = (_, _) => Close();

    [ThreadStatic]
    private static Stack<Frame>? open;

    /// <summary>Begins to count, in all threads.</summary>
    /// <exception cref="InputException">This libtorch has no such hooks that are known.</exception>
    public OperationTimes()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new InputException("--profile ops", "libtorch's hooks are known on 64-bit x86 under Linux only");
        nameOf = Function<NameOf>("_ZNK2at14RecordFunction4nameEv");
        remove = Function<Remove>("_ZN2at14removeCallbackEm");
        Add add = Function<Add>("_ZN2at17addGlobalCallbackENS_22RecordFunctionCallbackE");
        beginCall = (result, function) => Opened(result, function, isNode: false);
        beginNode = (result, function) => Opened(result, function, isNode: true);
        found.Clear();
        hooks = [add(Hook(beginCall, Calls)), add(Hook(beginNode, Nodes))];
    }

    /// <summary>The operations so far, the longest first.</summary>
    public static IReadOnlyList<OperationTime> Read()
    {
        lock (found) return [.. found.Values.OrderByDescending(o => o.Seconds)];
    }

    /// <summary>Counts what <paramref name="work"/> does as an operation of this name.</summary>
    public static T Named<T>(string name, Func<T> work)
    {
        Open(name, isNode: false);
        try
        {
            return work();
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        foreach (ulong hook in hooks) remove(hook);
    }

    private static T Function<T>(string symbol) where T : Delegate =>
        NativeLibrary.TryGetExport(TorchSwitches.Handle, symbol, out nint address)
            ? Marshal.GetDelegateForFunctionPointer<T>(address)
            : throw new InputException("--profile ops", $"this libtorch has no {symbol}");

    private Callback Hook(Begin begin, ulong scopes) => new()
    {
        Begin = Marshal.GetFunctionPointerForDelegate(begin),
        End = Marshal.GetFunctionPointerForDelegate(end),
        Share = 1,
        Scopes = scopes,
    };

    // What libtorch keeps of a call between both hooks comes back through the first argument: nothing.
    private nint Opened(nint result, nint function, bool isNode)
    {
        Marshal.WriteIntPtr(result, 0);
        Open(Marshal.PtrToStringUTF8(nameOf(function)) ?? "", isNode);
        return result;
    }

    private static void Open(string name, bool isNode)
    {
        open ??= new Stack<Frame>();
        // The engine adds and sums gradients around its nodes.
        bool isBackward = isNode || name.StartsWith("autograd::engine", StringComparison.Ordinal)
            || (open.TryPeek(out Frame? outer) && outer.IsBackward);
        open.Push(new Frame(name, isBackward) { Begun = Stopwatch.GetTimestamp() });
    }

    private static void Close()
    {
        long now = Stopwatch.GetTimestamp();
        // A call that had begun before the hooks were there ends without a beginning.
        if (open is null || !open.TryPop(out Frame? frame)) return;
        long whole = now - frame.Begun;
        if (open.TryPeek(out Frame? outer)) outer.Within += whole;
        double seconds = (whole - frame.Within) / (double)Stopwatch.Frequency;
        lock (found)
        {
            ref OperationTime? sum =
                ref CollectionsMarshal.GetValueRefOrAddDefault(found, (frame.Name, frame.IsBackward), out _);
            sum ??= new OperationTime(frame.Name, frame.IsBackward, 0, 0);
            sum = sum with { Count = sum.Count + 1, Seconds = sum.Seconds + seconds };
        }
    }

    private sealed record Frame(string Name, bool IsBackward)
    {
        public long Begun { get; init; }

        public long Within { get; set; }
    }

    /// <summary>
    /// libtorch's <c>at::RecordFunctionCallback</c>: a byte for each of ten scopes, then what it is to be told.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Callback
    {
        public nint Begin, End;
        public double Share;
        public ulong Scopes;
        private readonly ushort otherScopes;
        private readonly byte inputs, outputs, numbers;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint Begin(nint result, nint function);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void End(nint function, nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint NameOf(nint function);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong Add(Callback callback);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Remove(ulong hook);
}

/// <summary>An operation.</summary>
/// <param name="Name">As libtorch says it, e.g. <c>aten::addmm</c>.</param>
/// <param name="IsBackward">Whether it was called in a backward pass.</param>
/// <param name="Count">Calls.</param>
/// <param name="Seconds">Time within, without that of other operations that it called.</param>
internal sealed record OperationTime(string Name, bool IsBackward, long Count, double Seconds);
