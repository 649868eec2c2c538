using Postern.Cli.Commands;
using Postern.Native;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>The training option <c>tf32</c>.</summary>
public sealed class Tf32Tests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(string train) => StudyArguments.ReadFile(folder.File("tf32.yaml", $$"""
        datasets: [{name: signs, train: 64, test: 16}]
        models: [resnet-mini]
        attacks: [none]
        preset: quick
        train: {epochs: 1, {{train}}}
        """), []);

    [Fact]
    public void It_counts_where_it_is_set_and_leaves_no_trace_where_it_is_not()
    {
        string without = Read("lr: 0.001").Cells[0].Id;
        Assert.Equal(without, Read("lr: 0.001, tf32: false").Cells[0].Id);
        Assert.NotEqual(without, Read("lr: 0.001, tf32: true").Cells[0].Id);
    }

    [Fact]
    public void The_processor_refuses_it_in_one_line()
    {
        var failures = new List<string>();
        var run = new RunFolder(Read("tf32: true"), folder.File("runs"));
        RunSummary summary = new StudyRunner(run, threads: 1, happened =>
        {
            if (happened is CellFailed failed) failures.Add(failed.Error);
        })
        { Device = ComputeDevice.Cpu }.Run(CancellationToken.None);
        Assert.Equal(1, summary.Failed);
        Assert.Contains("tf32 is a card's, and device is the processor", Assert.Single(failures), StringComparison.Ordinal);
    }
}
