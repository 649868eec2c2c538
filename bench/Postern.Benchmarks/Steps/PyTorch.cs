using System.Diagnostics;
using System.Text.Json;

namespace Postern.Benchmarks;

/// <summary>The PyTorch of this machine, if it has one that is worth a comparison.</summary>
internal static class PyTorch
{
    private static readonly string[] Overriding = ["OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "NVPL_", "ATEN_CPU_CAPABILITY"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Lazy<(string? Python, string Said)> Found = new(Find);

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => Found.Value.Python is null ? Found.Value.Said : null;

    /// <summary>Its version and the library that it multiplies with, or why there is none.</summary>
    public static string Description => Found.Value.Said;

    /// <summary>Starts <c>bench/pytorch/reference.py</c>; only where it is not <see cref="Missing"/>.</summary>
    public static Process Start(params string[] arguments) => Start(Found.Value.Python!, [Script!, .. arguments]);

    private static string? Script
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Postern.slnx"))) folder = folder.Parent;
            return folder is null ? null : Path.Combine(folder.FullName, "bench", "pytorch", "reference.py");
        }
    }

    private static (string? Python, string Said) Find()
    {
        if (Script is not string script) return (null, "bench/pytorch/reference.py is not beside this program");
        // Debian's python3-torch belongs to Debian's interpreter, which another python3 may hide.
        foreach (string python in new[] { "/usr/bin/python3", "python3" })
        {
            if (Output(python, script) is not JsonElement about) continue;
            string blas = about.GetProperty("blas").GetString()!;
            return blas.Contains("openblas", StringComparison.Ordinal) || blas.Contains("mkl", StringComparison.Ordinal)
                ? (python, $"{about.GetProperty("torch").GetString()} with {blas}")
                : (null,
                    $"PyTorch multiplies with {(blas.Length > 0 ? blas : "no BLAS")}, too slow to compare with (Debian: "
                        + "libopenblas0-pthread)");
        }
        return (null, "no python3 here can import torch (Debian: python3-torch, libopenblas0-pthread)");
    }

    private static JsonElement? Output(string python, string script)
    {
        try
        {
            using Process process = Start(python, [script, "about"]);
            process.StandardInput.Close();
            _ = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(Patience))
                return process.ExitCode == 0 ? JsonDocument.Parse(output.Result).RootElement : null;
            process.Kill();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static Process Start(string python, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A machine may tell its libraries which processor to take it for; they shall find out for themselves.
        foreach (string name in start.Environment.Keys.Where(IsOverride).ToArray()) start.Environment.Remove(name);
        return Process.Start(start)!;
    }

    private static bool IsOverride(string variable) =>
        Overriding.Any(library => variable.StartsWith(library, StringComparison.Ordinal));
}
