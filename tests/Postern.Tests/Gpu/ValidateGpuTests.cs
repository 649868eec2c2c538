using System.Text.Json;
using Postern.Kernels;
using Postern.Tests.Cli;
using Postern.Tests.Outside;
using Postern.Tests.Studies;

namespace Postern.Tests.Gpu;

/// <summary>The script that tries a card from Python, on the stand-in for the driver.</summary>
[LongGroup("Gpu")]
[Collection(EmulatedCard.Collection)]
public class ValidateGpuTests
{
    private const string Script = "../../tools/validate-gpu";

    // A postern that finds what it was asked.
    private const string Doctor = "#!/bin/sh\necho \"[{\\\"name\\\": \\\"$*\\\", \\\"value\\\": \\\"$POSTERN_TORCH\\\"}]\"\n";

    [Fact]
    public void The_kernels_pass_on_tensors_of_PyTorch()
    {
        using var folder = new TemporaryFolder();
        string postern = folder.File("postern", Doctor);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(postern, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        JsonElement outcome = PythonScript.Run("torch", Script, "--device", "cpu", "--driver", EmulatedCard.Library,
            "--out", "-", "--postern", postern, "--goldens", "there");
        Assert.True(outcome.GetProperty("passes").GetBoolean());
        Assert.True(outcome.GetProperty("is_stand_in").GetBoolean());
        Assert.Empty(outcome.GetProperty("left_out").EnumerateArray());
        string[] compared =
            [.. outcome.GetProperty("comparisons").EnumerateArray().Select(c => c.GetProperty("what").GetString()!)];
        Assert.Contains("scan_pair gradient 12", compared);
        Assert.Contains("conv_pair gradient 4", compared);
        Assert.Contains("norm gradient 2", compared);
        JsonElement asked = outcome.GetProperty("doctor").GetProperty("findings")[0];
        Assert.Equal("doctor --thorough --device cpu --json --goldens there", asked.GetProperty("name").GetString());
        Assert.EndsWith("torch/lib", asked.GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_python_without_PyTorch_is_one_line_that_says_what_to_do()
    {
        string script = Path.Combine(SharedMaterial.RepositoryRoot, "tools", "validate-gpu");
        // Without its own packages, whatever is installed.
        using CommandProcess python = CommandProcess.StartOther("python3", ["-S", script], new Dictionary<string, string>());
        (int code, string output, string errors) = python.Finish();
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("has no PyTorch", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_the_sizes_of_the_kernels()
    {
        string[] lines = File.ReadAllLines(Path.Combine(SharedMaterial.RepositoryRoot, "tools", "validate-gpu"));
        Assert.Contains("BLOCK, STATES, TOKENS_OF_CHUNK, TAPS, TILE, ROWS_OF_PART, PARTS_OF_RUN = "
            + $"{GpuKernels.Block}, {GpuKernels.States}, {GpuKernels.TokensOfChunk}, {GpuKernels.Taps}, {GpuKernels.Tile}, "
            + $"{GpuKernels.RowsOfPart}, {GpuKernels.PartsOfRun}", lines);
    }
}
