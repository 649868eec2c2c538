using System.IO.Compression;
using System.Text.RegularExpressions;
using Postern.Kernels;

namespace Postern.Tests.Gpu;

/// <summary>The kernels' text and their source say the same.</summary>
[Trait("Category", "Gpu")]
public partial class PtxTests
{
    private static readonly string Folder = Path.Combine(SharedMaterial.RepositoryRoot, "src", "Postern.Kernels", "Gpu");

    [Fact]
    [LongGroup("Gpu")]
    public void The_text_compiled_again_is_the_one_that_the_program_carries()
    {
        CompilerTool.Require("clang-14");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("postern-ptx-");
        try
        {
            string file = Path.Combine(folder.FullName, "kernels.ptx.gz");
            CompilerTool.Run(Path.Combine(SharedMaterial.RepositoryRoot, "tools", "build-ptx"), file);
            using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            Assert.True(text.ReadToEnd() == GpuKernels.Ptx,
                "the source has changed: run tools/build-ptx and commit what it writes");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_kernel_of_the_source_is_in_the_text_and_keeps_everything_in_registers()
    {
        string source = string.Concat(Sources());
        string[] named = [.. Kernels().Matches(source).Select(m => m.Groups[1].Value).Where(name => name != "name")];
        Assert.True(named.Length > 20, $"the source has {named.Length} kernels");
        Assert.Equal(named.Order(), Entries().Matches(GpuKernels.Ptx).Select(m => m.Groups[1].Value).Order());
        Assert.DoesNotContain(".local", GpuKernels.Ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("atom.", GpuKernels.Ptx, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_those_of_the_source()
    {
        Dictionary<string, int> defined = Sources().SelectMany(text => Definitions().Matches(text))
            .ToDictionary(m => m.Groups[1].Value,
                m => int.Parse(m.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(GpuKernels.Block, defined["BLOCK"]);
        Assert.Equal(GpuKernels.Warp, defined["WARP"]);
        Assert.Equal(GpuKernels.States, defined["STATES"]);
        Assert.Equal(GpuKernels.TokensOfChunk, defined["TOKENS_OF_CHUNK"]);
        Assert.Equal(GpuKernels.Taps, defined["TAPS"]);
        Assert.Equal(GpuKernels.Tile, defined["TILE"]);
        Assert.Equal(GpuKernels.RowsOfPart, defined["ROWS_OF_PART"]);
        Assert.Equal(GpuKernels.PartsOfRun, defined["PARTS_OF_RUN"]);
        Assert.Contains($".target sm_{GpuKernels.Capability.Major}{GpuKernels.Capability.Minor}", GpuKernels.Ptx,
            StringComparison.Ordinal);
    }

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Folder, "*.cuh").Select(File.ReadAllText);

    [GeneratedRegex(@"KERNEL\((\w+), \w+\)")]
    private static partial Regex Kernels();

    [GeneratedRegex(@"\.entry (\w+)\(")]
    private static partial Regex Entries();

    [GeneratedRegex(@"^#define (\w+) (\d+)\b", RegexOptions.Multiline)]
    private static partial Regex Definitions();
}
