namespace Postern.Tests.Cli;

/// <summary>No room, no permission, no memory.</summary>
[LongGroup("Fault")]
public sealed class ScarcityTests : IDisposable
{
    private readonly TinyStudy study = new(epochs: 3);

    public void Dispose() => study.Dispose();

    private (int Code, string Output, string Errors) Run(string runs, params string[] more)
    {
        using CommandProcess process = CommandProcess.Start(["run", study.Path, "--out", runs, "--threads", "1", .. more]);
        return process.Finish();
    }

    private static byte[][] Files(string runs, string name) =>
        [.. Directory.EnumerateFiles(runs, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)];

    [Fact]
    public void A_full_disk_fails_the_cell_that_it_hits_and_the_next_run_ends_with_the_same_bits()
    {
        using var disk = SmallDisk.OrSkip(mebibytes: 64);
        Assert.Equal(0, Run(disk.Path, "--only", "attack=none").Code);
        byte[][] finished = Files(disk.Path, "result.json");
        disk.Fill(leaving: 256 << 10);
        (int code, string output, _) = Run(disk.Path);
        Assert.Equal(1, code);
        Assert.Contains("No space left on device", output, StringComparison.Ordinal);
        Assert.Contains("1 cells failed, 1 of 2 are done", output, StringComparison.Ordinal);
        Assert.Equal(finished, Files(disk.Path, "result.json"));
        Assert.Empty(Files(disk.Path, ".*.tmp"));
        disk.Empty();
        Assert.Equal(0, Run(disk.Path).Code);
        Assert.Equal(0, Run(study.Runs()).Code);
        Assert.Equal(Files(study.Runs(), "last.safetensors"), Files(disk.Path, "last.safetensors"));
    }

    [Fact]
    public void A_folder_that_can_only_be_read_is_said_in_a_line_and_its_results_are_shown()
    {
        using var disk = SmallDisk.OrSkip(mebibytes: 64);
        Assert.Equal(0, Run(disk.Path, "--only", "attack=none").Code);
        byte[][] finished = Files(disk.Path, "result.json");
        disk.Protect(readOnly: true);
        (int code, _, string errors) = Run(disk.Path);
        Assert.Equal((2, 1), (code, errors.Trim().Split('\n').Length));
        Assert.Contains("Read-only file system", errors, StringComparison.Ordinal);
        using CommandProcess report = CommandProcess.Start("report", study.Path, "--out", disk.Path);
        (code, string shown, errors) = report.Finish();
        Assert.Equal((2, 1), (code, errors.Trim().Split('\n').Length));
        Assert.Contains("resnet-mini", shown, StringComparison.Ordinal);
        disk.Protect(readOnly: false);
        Assert.Equal(0, Run(disk.Path).Code);
        Assert.Contains(finished[0], Files(disk.Path, "result.json"));
    }

    [Fact]
    public void Too_little_memory_fails_the_cell_in_a_line_that_says_so_and_the_others_are_done()
    {
        using var large = new TinyStudy(epochs: 1, model: "resnet-mini, {name: vim, embed_dim: 1536, depth: 24}");
        string command = $"ulimit -d 1500000; exec dotnet '{CommandProcess.Assembly}' run '{large.Path}' --out '{large.Runs()}' "
            + "--only attack=none --jobs 2 --threads 2";
        using CommandProcess shell = CommandProcess.StartOther("bash", ["-c", command], new Dictionary<string, string>());
        (int code, string output, string errors) = shell.Finish();
        Assert.True(code == 1, output + errors);
        Assert.Contains("memory", output, StringComparison.Ordinal);
        Assert.Contains("1 cells failed, 1 of 2 are done", output, StringComparison.Ordinal);
        Assert.DoesNotContain("defect", output, StringComparison.Ordinal);
    }
}
