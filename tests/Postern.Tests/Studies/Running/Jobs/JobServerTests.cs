using System.IO.Pipes;
using System.Text.Json;
using Postern.Cli.Commands;
using Postern.Studies;
using Postern.Studies.Jobs;

namespace Postern.Tests.Studies.Jobs;

public sealed class JobServerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Study Read(int epochs) => StudyArguments.ReadFile(folder.File("served.yaml", $$"""
        name: served
        datasets: [{name: signs, train: 64, test: 16}]
        models: [resnet-mini]
        attacks: [none]
        preset: quick
        train: {epochs: {{epochs}}}
        """), []);

    private static string[] Said(StringWriter events) =>
        [.. events.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("says").GetString()!)];

    [Fact]
    public async Task A_cell_is_run_when_it_is_asked_for_and_its_turns_are_said()
    {
        Study study = Read(epochs: 2);
        using var input = new AnonymousPipeServerStream(PipeDirection.Out);
        using var orders = new StreamReader(new AnonymousPipeClientStream(PipeDirection.In, input.ClientSafePipeHandle));
        using var events = new StringWriter();
        var server = new JobServer(new RunFolder(study, folder.File("runs")), 1, profiles: true);
        Task serving =
            Task.Run(() => server.Serve(orders, events, CancellationToken.None), TestContext.Current.CancellationToken);
        input.Write("no order\n"u8);
        input.Write(System.Text.Encoding.UTF8.GetBytes(
            JobLine.Of(new JobOrder(study.Cells[0].Id, study.Cells[0].Id, Waits: false)) + "\n"));
        CellDirectory directory = new RunFolder(study, folder.File("runs")).Of(study.Cells[0]);
        while (!directory.IsDone && !serving.IsCompleted) await Task.Delay(20, TestContext.Current.CancellationToken);
        input.Dispose();
        await serving;
        Assert.Equal(["started", "epoch", "epoch", "finished", "settled"],
            Said(events).Where(s => s is not ("noted" or "stepped")));
        Assert.NotNull(directory.ReadProfile());
    }

    [Fact]
    public void The_end_of_the_input_stops_a_cell_that_runs()
    {
        Study study = Read(epochs: 1000);
        using var orders = new StringReader(JobLine.Of(new JobOrder(study.Cells[0].Id, study.Cells[0].Id, Waits: false)));
        using var events = new StringWriter();
        var server = new JobServer(new RunFolder(study, folder.File("runs")), 1, profiles: false);
        Assert.ThrowsAny<OperationCanceledException>(() => server.Serve(orders, events, CancellationToken.None));
    }

    [Fact]
    public void A_cell_that_the_study_does_not_have_is_bad_input()
    {
        using var orders = new StringReader(JobLine.Of(new JobOrder("signs_other", "signs_other", Waits: false)));
        using var events = new StringWriter();
        var server = new JobServer(new RunFolder(Read(epochs: 1), folder.File("runs")), 1, profiles: false);
        Assert.Contains("has no cell signs_other any more",
            Assert.Throws<InputException>(() => server.Serve(orders, events, CancellationToken.None)).Message,
            StringComparison.Ordinal);
    }
}
