using System.Diagnostics;
using System.Text.Json;
using Postern.Native;

namespace Postern.Tests.Native;

/// <summary>Another libtorch than the program's own, named by a variable of the environment.</summary>
[LongGroup("Gpu")]
public sealed class NamedTorchTests : IDisposable
{
    private static readonly string Own = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    private readonly string folder = Directory.CreateTempSubdirectory("postern-torch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_is_loaded_in_place_of_the_programs_own()
    {
        // Other files: by a link to the same ones, two libtorches would be one.
        foreach (string file in new[] { "libtorch.so", "libtorch_cpu.so", "libc10.so", "libgomp-98b21ff3.so.1" })
            File.Copy(Path.Combine(Own, file), Path.Combine(folder, file));
        (int code, JsonElement libtorch) = Doctor(folder);
        Assert.EndsWith($"from {folder}", libtorch.GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_folder_without_it_is_refused_in_one_line()
    {
        (int code, JsonElement libtorch) = Doctor(folder);
        Assert.Equal(1, code);
        Assert.Contains($"POSTERN_TORCH is {folder}, which has no libtorch.so", libtorch.GetProperty("value").GetString(),
            StringComparison.Ordinal);
        Assert.Contains("or unset it", libtorch.GetProperty("cure").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_lacks_what_TorchSharp_calls_is_refused_with_the_number()
    {
        File.Copy(Path.Combine(Own, "libtorch.so"), Path.Combine(folder, "libtorch.so"));
        File.Copy(Path.Combine(Own, "libc10.so"), Path.Combine(folder, "libtorch_cpu.so"));
        (int code, JsonElement libtorch) = Doctor(folder);
        Assert.Equal(1, code);
        Assert.Matches("whose libtorch lacks [0-9]{3,} functions that TorchSharp calls, _Z.* first: it has to be 2",
            libtorch.GetProperty("value").GetString());
    }

    [Fact]
    public void The_programs_own_has_all_that_TorchSharp_calls()
    {
        string wrapper = Path.Combine(Own, "libLibTorchSharp.so");
        Assert.Empty(ElfSymbols.Missing(wrapper, Directory.GetFiles(Own, "lib*.so").Except([wrapper])));
        Assert.NotEmpty(ElfSymbols.Missing(wrapper, []));
        string damaged = Path.Combine(folder, "damaged.so");
        File.WriteAllBytes(damaged, [.. File.ReadAllBytes(wrapper).Take(5000)]);
        Assert.Throws<InvalidDataException>(() => ElfSymbols.Missing(damaged, []));
    }

    private static (int Code, JsonElement Libtorch) Doctor(string named)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Postern.Cli.dll"), "doctor", "--json"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[TorchRuntime.Variable] = named;
        using Process doctor = Process.Start(start)!;
        string output = doctor.StandardOutput.ReadToEnd();
        doctor.WaitForExit();
        return (doctor.ExitCode,
            JsonDocument.Parse(output).RootElement.EnumerateArray().First(f => f.GetProperty("name").GetString() == "libtorch"));
    }
}
