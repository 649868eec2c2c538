namespace Postern.Tests.Cli;

public class CleanErrorsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("convolution=onednn-off")]
    [LongGroup("Long")]
    public void No_library_writes_to_standard_error_however_small_the_batch(string paths)
    {
        using var study = new TinyStudy(epochs: 1);
        using CommandProcess run = CommandProcess.StartOther("dotnet",
            [CommandProcess.Assembly, "run", study.Path, "--out", study.Runs(), "--threads", "1", "--set", "train.batch_size=3"],
            new Dictionary<string, string> { ["POSTERN_PATHS"] = paths });
        (int code, string output, string errors) = run.Finish();
        Assert.Equal("", errors);
        Assert.Equal(0, code);
        Assert.DoesNotContain("NNPACK", output, StringComparison.Ordinal);
        Assert.All(study.Files("cell.json"), file =>
            Assert.Contains(paths.Length > 0 ? "\"convolution\": \"onednn-off\"" : "\"scan\":", File.ReadAllText(file),
                StringComparison.Ordinal));
    }

    [Fact]
    public void A_path_that_is_not_there_is_an_error_in_one_line_before_anything_runs()
    {
        using var study = new TinyStudy(epochs: 1);
        using CommandProcess run = CommandProcess.StartOther("dotnet",
            [CommandProcess.Assembly, "run", study.Path, "--out", study.Runs()],
            new Dictionary<string, string> { ["POSTERN_PATHS"] = "scan=sse" });
        (int code, _, string errors) = run.Finish();
        Assert.Equal((2, 1), (code, errors.Trim().Split('\n').Length));
        Assert.Contains("they are avx512, avx2, portable, plain", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(study.Runs()));
    }
}
