using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_cell_waits_until_the_weights_that_it_needs_are_trained()
    {
        Study study = StudyArguments.ReadFile(folder.File("waiting.yaml", """
            datasets: [signs]
            models: [resnet-mini]
            attacks: [badnets]
            defences: [none, {name: patch-drop, protocol: test}]
            preset: quick
            """), []);
        var run = new RunFolder(study, folder.File("runs"));
        (Cell trained, Cell tested) = (study.Cells[0], study.Cells[1]);
        Assert.Equal(CellPhase.NotStarted, run.StateOf(trained).Phase);
        Assert.Equal((CellPhase.Waiting, $"waits for {trained.Id}"), (run.StateOf(tested).Phase, run.StateOf(tested).Reason));
        Assert.False(run.StateOf(tested).HasBegun);
        Directory.CreateDirectory(run.Of(trained).Folder);
        File.WriteAllText(run.Of(trained).ResultPath, "{}");
        Assert.Equal(CellPhase.NotStarted, run.StateOf(tested).Phase);
    }

    [Fact]
    public async Task Looking_at_a_lock_takes_it_from_nobody()
    {
        Assert.False(FolderLock.IsHeld(folder.Path));
        using (FolderLock held = FolderLock.TryTake(folder.Path)!)
        {
            Assert.True(FolderLock.IsHeld(folder.Path));
            Assert.Null(FolderLock.TryTake(folder.Path));
        }
        Assert.False(FolderLock.IsHeld(folder.Path));
        using var stop = new CancellationTokenSource();
        Task looking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                FolderLock.IsHeld(folder.Path);
                Thread.Sleep(1);
            }
        }, TestContext.Current.CancellationToken);
        for (int i = 0; i < 20; i++)
            using (FolderLock? held = FolderLock.TryTake(folder.Path)) Assert.NotNull(held);
        await stop.CancelAsync();
        await looking;
    }
}
