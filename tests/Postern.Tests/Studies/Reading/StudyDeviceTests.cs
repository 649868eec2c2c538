using Postern.Cli.Commands;
using Postern.Native.Cuda;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class StudyDeviceTests : IDisposable
{
    private const string Small = """
        datasets: [signs]
        models: [vim-mini]
        attacks: [none]
        preset: quick

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string more, params string[] sets) =>
        StudyArguments.ReadFile(folder.File("study.yaml", Small + more), sets);

    [Fact]
    public void It_is_read_and_set_and_leaves_no_trace_in_an_id()
    {
        Study plain = Read(""), named = Read("device: cuda:1\n"), set = Read("", "device=cpu");
        Assert.Equal(["auto", "cuda:1", "cpu"], new[] { plain, named, set }.Select(s => s.Device));
        Assert.Equal(plain.Cells.Select(c => c.Id), named.Cells.Select(c => c.Id));
        Assert.DoesNotContain("device", plain.Yaml.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device: gpu")]
    [InlineData("device: 0")]
    [InlineData("device: cuda:one")]
    public void Another_word_is_refused_where_it_stands(string line)
    {
        string error = Assert.Throws<InputException>(() => Read(line)).Message;
        Assert.Contains($"study.yaml:5:9: device is '{line[8..]}', expected auto, cpu, cuda or cuda:N", error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_on_a_card_that_is_not_there_stops_before_anything_is_written()
    {
        if (CudaDriver.Installed is not null) Assert.Skip("this machine has NVIDIA's driver");
        var run = new RunFolder(Read("device: cuda\n"), folder.File("runs"));
        string error =
            Assert.Throws<InputException>(
                () => new StudyRunner(run, 1, _ => { }).Run(TestContext.Current.CancellationToken)).Message;
        Assert.Contains("device is cuda, and no card can be used", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Path));
    }
}
