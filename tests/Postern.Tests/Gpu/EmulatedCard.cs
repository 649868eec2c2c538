using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Postern.Kernels;
using Postern.Models.Ops;
using Postern.Native.Cuda;

namespace Postern.Tests.Gpu;

/// <summary>
/// A card that is this processor: the kernels' source compiled as C++ behind a stand-in for the driver, which takes tensors of
/// this processor's memory. Built once for a source and kept beside the tests. It does one thing at a time, so that its tests are
/// one collection.
/// </summary>
internal static class EmulatedCard
{
    public const string Collection = "Emulated card";

    private static readonly Lazy<string> Built = new(Build);

    private static readonly Lazy<CudaModule> Kernels = new(() => new CudaModule(Driver, 0, GpuKernels.Ptx, GpuKernels.Block));

    private delegate void FaultCall([MarshalAs(UnmanagedType.LPUTF8Str)] string function, int code);

    private delegate void CardsCall(int count);

    private delegate nint SizeCall([MarshalAs(UnmanagedType.LPUTF8Str)] string kernel);

    /// <summary>The stand-in; skips the running test where it cannot be built.</summary>
    public static CudaDriver Driver => CudaDriver.Open(Library);

    /// <summary>The kernels on it.</summary>
    public static CudaModule Module
    {
        get
        {
            Require();
            return Kernels.Value;
        }
    }

    /// <summary>The operations of a Vim by them. New memory is full of NaN from here on.</summary>
    public static IModelOps Ops
    {
        get
        {
            CudaTensors.Before = double.NaN;
            return new CudaOps(Module);
        }
    }

    /// <summary>The stand-in's file.</summary>
    public static string Library
    {
        get
        {
            Require();
            return Built.Value;
        }
    }

    /// <summary>Lets a function of the driver answer with an error until disposed.</summary>
    public static IDisposable Fault(string function, int code)
    {
        FaultCall set = Export<FaultCall>("postern_fault");
        set(function, code);
        return new Cure(() => set("", 0));
    }

    /// <summary>Lets the driver have several cards, all alike, until disposed.</summary>
    public static IDisposable Cards(int count)
    {
        CardsCall set = Export<CardsCall>("postern_cards");
        set(count);
        return new Cure(() => set(1));
    }

    /// <summary>Bytes of what a kernel is given.</summary>
    public static int SizeOfCall(string kernel) => (int)Export<SizeCall>("postern_size_of_call")(kernel);

    private static TFunction Export<TFunction>(string name) =>
        Marshal.GetDelegateForFunctionPointer<TFunction>(NativeLibrary.GetExport(NativeLibrary.Load(Library), name));

    private static void Require()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Skip("the emulation switches fibers in assembly of x86-64 Linux");
        CompilerTool.Require("g++");
    }

    private static string Build()
    {
        string root = SharedMaterial.RepositoryRoot, own = Path.Combine(root, "tests", "Postern.Tests", "Gpu", "Emulation"),
            kernels = Path.Combine(root, "src", "Postern.Kernels", "Gpu");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in new[] { own, kernels }.SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(file));
        string folder =
            Path.Combine(AppContext.BaseDirectory, "emulated-card", Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
        string library = Path.Combine(folder, CudaDriver.Library);
        if (File.Exists(library)) return library;
        Directory.CreateDirectory(folder);
        string unfinished = $"{library}.{Environment.ProcessId}";
        CompilerTool.Run("g++", "-std=c++17", "-O2", "-Wall", "-Werror", "-fPIC", "-shared", $"-I{kernels}",
            Path.Combine(own, "libcuda.cpp"), "-o", unfinished);
        File.Move(unfinished, library, overwrite: true);
        return library;
    }

    private sealed class Cure(Action act) : IDisposable
    {
        public void Dispose() => act();
    }
}
