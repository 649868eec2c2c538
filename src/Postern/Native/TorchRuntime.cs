using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Postern.Native.Paths;
using TorchSharp;

namespace Postern.Native;

/// <summary>
/// Makes TorchSharp's native library load where the system's libstdc++ is older than the one it was built with (Debian 12,
/// Ubuntu 22.04). It acts only when the ordinary load has failed, on a private copy that is deleted once it is mapped,
/// so nothing is left behind and any number of processes may start at once.
/// </summary>
public static class TorchRuntime
{
    private const string Wrapper = "LibTorchSharp", Prefix = "lib";
    private const string WrapperFile = "libLibTorchSharp.so";
    private const string LibraryFile = "libtorch.so", ProcessorFile = "libtorch_cpu.so";
    private static readonly Lock Gate = new();
    private static IntPtr patched;

    /// <summary>What was done to load the native library, for <c>postern doctor</c>.</summary>
    public static string Measure { get; private set; } = "none needed";

    /// <summary>Why the measure failed, or null.</summary>
    public static string? Failure { get; private set; }

    /// <summary>
    /// Installs the measure. Runs by itself when this assembly is first used; needed only by programs that call TorchSharp first.
    /// </summary>
    public static void Install()
    {
        // Calling anything in this assembly runs its module initialiser, which is all that is needed.
    }

    /// <summary>Loads libtorch now rather than at first use.</summary>
    /// <exception cref="InputException">It does not load; the message names the file and the reason.</exception>
    public static void Load()
    {
        try
        {
            // Else the application's libtorch would be used as if no other had been asked for.
            if (NamedFolder is not null && Failure is not null) throw new DllNotFoundException(Failure);
            torch.InitializeDeviceType(DeviceType.CPU);
            if (TorchSwitches.Unavailable is null)
            {
                TorchSwitches.UseNnpack(false);
                TensorHeap.Serve(TorchSwitches.Handle);
            }
            VectorMath.Choose();
        }
        catch (Exception e)
        {
            string reason = Failure ?? e.GetBaseException().Message.Split('\n')[0];
            throw new InputException(WrapperFile, $"libtorch does not load ({reason}); run 'postern doctor' for the details", e);
        }
    }

    /// <summary>
    /// The environment variable that names the folder of another libtorch of the same version: <c>torch/lib</c> of an installed
    /// PyTorch, which may have CUDA.
    /// </summary>
    public const string Variable = "POSTERN_TORCH";

    /// <summary>
    /// The folder that libtorch is loaded from: the one that <see cref="Variable"/> names, else the application's; null where it
    /// has none.
    /// </summary>
    public static string? LibraryFolder =>
        NamedFolder ?? Folders().FirstOrDefault(f => File.Exists(Path.Combine(f, ProcessorFile)));

    /// <summary>The folder that <see cref="Variable"/> names; null for none.</summary>
    internal static string? NamedFolder { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? Path.GetFullPath(named) : null;

#pragma warning disable CA2255 // A library has no other way to be in time for the first P/Invoke of another library.
    [ModuleInitializer]
    internal static void InstallAtFirstUse()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Resolve(name);
        // By default libtorch's OpenMP threads spin for milliseconds after each operation, on the cores that the kernels, loaders
        // and other processes need then. Sleeping at once costs small models half their speed; a short spin has neither fault.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            SetEnvironment("GOMP_SPINCOUNT", "3000", overwrite: 0);
        NativeHeap.KeepFreedMemory();
        if (NamedFolder is not null && OperatingSystem.IsLinux()) LoadNamed(NamedFolder);
    }
#pragma warning restore CA2255

    /// <summary>
    /// Loads another libtorch before TorchSharp loads the application's: two in one process would end it. TorchSharp asks for
    /// <c>torch_cpu.so</c> by that name alone before it looks for the file beside the program, and is given a small library that
    /// calls itself so; what the wrapper needs is then there already under its own name.
    /// </summary>
    private static void LoadNamed(string folder)
    {
        try
        {
            string file = Path.Combine(folder, LibraryFile);
            if (!File.Exists(file) || !File.Exists(Path.Combine(folder, ProcessorFile)))
                throw new FileNotFoundException(
                    $"{Variable} is {folder}, which has no {LibraryFile} with {ProcessorFile}: name torch/lib of a PyTorch");
            string wrapper = Folders().Select(f => Path.Combine(f, WrapperFile)).FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException($"{WrapperFile} is not beside the application");
            string[] missing = ElfSymbols.Missing(wrapper, Directory.GetFiles(folder, "*.so"));
            if (missing.Length > 0)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{Variable} is {folder}, whose libtorch lacks {missing.Length} functions that TorchSharp calls, {missing[0]} ")
                        + $"first: it has to be {Machine.LibTorchVersion}");
            // With this, cuBLAS gives the same bits each time; it is read when the first product of a card is made.
            SetEnvironment("CUBLAS_WORKSPACE_CONFIG", ":4096:8", overwrite: 0);
            NativeLibrary.Load(file);
            string name = ProcessorFile[Prefix.Length..];
            LoadCopy(name, ElfPatch.NamedAfterNeed(File.ReadAllBytes(file), ProcessorFile, Prefix.Length));
        }
        catch (Exception e) when (
            e is IOException or InvalidDataException or DllNotFoundException or BadImageFormatException
                or UnauthorizedAccessException)
        {
            Failure = e.Message.Split('\n')[0];
        }
    }

    /// <summary>The C library's own environment, which libgomp reads and <see cref="Environment"/> does not write to.</summary>
    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    private static IntPtr Resolve(string name)
    {
        if (name != Wrapper || !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return IntPtr.Zero;
        lock (Gate)
        {
            if (patched != IntPtr.Zero || Failure is not null) return patched;
            try
            {
                string folder = Folders().FirstOrDefault(f => File.Exists(Path.Combine(f, WrapperFile)))
                    ?? throw new FileNotFoundException($"{WrapperFile} is not beside the application");
                NativeLibrary.Load(Path.Combine(LibraryFolder ?? folder, LibraryFile));
                patched = LoadPatched(Path.Combine(folder, WrapperFile));
            }
            catch (Exception e) when (
                e is IOException or InvalidDataException or DllNotFoundException or UnauthorizedAccessException)
            {
                Failure = e.Message.Split('\n')[0];
            }
            return patched;
        }
    }

    private static IntPtr LoadPatched(string original)
    {
        if (NativeLibrary.TryLoad(original, out IntPtr handle)) return handle;
        handle = LoadCopy(WrapperFile, ElfPatch.ForOlderLibstdcxx(File.ReadAllBytes(original)));
        Measure = "loaded from a copy that does not ask for GLIBCXX_3.4.32, which this system's libstdc++ does not have";
        return handle;
    }

    /// <summary>Loads a library from a copy that is deleted once it is mapped.</summary>
    private static IntPtr LoadCopy(string name, byte[] library)
    {
        List<Exception> failures = [];
        foreach (string parent in new[] { Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) })
        {
            if (parent.Length == 0) continue;
            string? folder = null;
            try
            {
                folder = OwnFolder(parent);
                string file = Path.Combine(folder, name);
                File.WriteAllBytes(file, library);
                return NativeLibrary.Load(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                failures.Add(e);
            }
            finally
            {
                if (folder is not null) Directory.Delete(folder, recursive: true);
            }
        }
        throw failures.Count > 0 ? failures[0] : new IOException("there is no folder to place a copy in");
    }

    private static string OwnFolder(string parent)
    {
        string folder = Path.Combine(parent, $".postern-{Environment.ProcessId}-{Guid.NewGuid():N}");
        PrivateFolder.Create(folder);
        return folder;
    }

    private static IEnumerable<string> Folders()
    {
        string? searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string;
        IEnumerable<string> known = (searched ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return known.Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));
    }
}
