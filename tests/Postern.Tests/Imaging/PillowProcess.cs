using System.Diagnostics;
using System.Text.Json;
using Postern.Imaging;

namespace Postern.Tests.Imaging;

/// <summary>Runs tests/outside/pillow_ops.py; tests skip where no Python with Pillow is installed.</summary>
internal static class PillowProcess
{
    private static readonly string? Python =
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(p => Run(p, "-c", "import PIL") is not null);

    /// <summary>One operation on one picture.</summary>
    /// <param name="Operation">Its name in the script.</param>
    /// <param name="Arguments">What the script passes to it.</param>
    /// <param name="Image">The picture.</param>
    public sealed record Case(string Operation, object[] Arguments, RgbImage Image);

    /// <summary>Pillow's results, each [3, H, W] of the result's size.</summary>
    public static byte[][] Results(IReadOnlyList<Case> cases)
    {
        if (Python is null) Assert.Skip("no python3 with Pillow is installed (Debian: python3-pil)");
        using var folder = new Studies.TemporaryFolder();
        for (int i = 0; i < cases.Count; i++) File.WriteAllBytes(Path.Combine(folder.Path, $"{i}.in"), cases[i].Image.Pixels);
        File.WriteAllText(Path.Combine(folder.Path, "cases.json"), JsonSerializer.Serialize(cases.Select((c, i) => new
        {
            name = $"{i}",
            operation = c.Operation,
            arguments = c.Arguments,
            width = c.Image.Width,
            height = c.Image.Height,
        })));
        string? version =
            Run(Python!, Path.Combine(SharedMaterial.RepositoryRoot, "tests", "outside", "pillow_ops.py"), folder.Path);
        Assert.True(version is not null, "pillow_ops.py failed");
        TestContext.Current.SendDiagnosticMessage($"Pillow {version}");
        return [.. cases.Select((_, i) => File.ReadAllBytes(Path.Combine(folder.Path, $"{i}.out")))];
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            if (process.ExitCode == 0) return output;
            TestContext.Current.SendDiagnosticMessage(errors.Result);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
