using System.Runtime.InteropServices;
using Postern.Cli.Commands;
using Postern.Configuration;
using Postern.Models;
using Postern.Native;
using Postern.Studies;
using Postern.Training;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;

namespace Postern.Tests.Studies;

/// <summary>What a step takes of a card's memory, told beforehand, and what a cell does when there is too little.</summary>
public sealed class StepMemoryTests : IDisposable
{
    private const long Gigabyte = 1L << 30;
    private readonly TemporaryFolder folder = new();
    private readonly List<RunEvent> heard = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void As_many_pictures_fit_as_take_no_more_than_there_is()
    {
        var step = new StepMemory(Held: Gigabyte, OfPicture: Gigabyte / 64);
        int fitting = step.Fitting(8 * Gigabyte);
        Assert.InRange(fitting, 1, 1000);
        Assert.True(step.Of(fitting) <= 8 * Gigabyte && step.Of(fitting + 1) > 8 * Gigabyte);
        Assert.Equal(0, step.Fitting(Gigabyte));
    }

    [Fact]
    public void A_shortage_says_how_much_there_is_and_what_will_happen()
    {
        var step = new StepMemory(Held: Gigabyte, OfPicture: Gigabyte / 64);
        Assert.Null(step.Shortage(64, 8 * Gigabyte, normalisesOverBatches: false));
        Assert.Equal(
            "a step of 512 pictures takes about 17.5 GiB of memory, and the card has 8.0 GiB free, enough for 208; if memory "
            + "runs out, steps are done in parts", step.Shortage(512, 8 * Gigabyte, normalisesOverBatches: false));
        Assert.Contains("lower batch_size", step.Shortage(512, 8 * Gigabyte, normalisesOverBatches: true),
            StringComparison.Ordinal);
        Assert.Contains("not enough for one picture", Assert.Throws<InputException>(
            () => step.Shortage(512, Gigabyte, normalisesOverBatches: false)).Message, StringComparison.Ordinal);
    }

    /// <summary>Other tests' memory is in the counter, too, so the bounds are wide.</summary>
    [Theory]
    [InlineData("resnet-mini")]
    [InlineData("deit-mini")]
    [InlineData("vim-mini")]
    [InlineData("mambaout-mini")]
    public void Of_a_picture_a_network_keeps_more_than_the_picture(string model)
    {
        if (NativeHeap.InUse() is null) Assert.Skip("this C library does not count");
        Choice choice = new(ModelCatalog.All.Get(model, "test"));
        StepMemory found = StepMemory.Measure(choice, classes: 10, imageSize: 32, Settings(useSgd: false))!;
        Assert.InRange(found.OfPicture, 3 * 32 * 32 * sizeof(float), 64 << 20);
        using Backbone network = ModelCatalog.Create(choice, 10, 32, seed: 0);
        Assert.Equal(16 * network.ParameterCount, found.Held);
        Assert.Equal(12 * network.ParameterCount, StepMemory.Measure(choice, 10, 32, Settings(useSgd: true))!.Held);
    }

    [Fact]
    [LongGroup("Gpu")]
    public void A_cell_that_is_done_in_parts_says_so_in_its_record_and_goes_on_so()
    {
        Study study = StudyArguments.ReadFile(folder.File("scarce.yaml", """
            datasets: [{name: signs, train: 64, test: 16}]
            models: [deit-mini]
            attacks: [none]
            preset: quick
            train: {epochs: 2, batch_size: 32}
            """), []);
        var run = new RunFolder(study, folder.File("runs"));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Train(run, e =>
        {
            heard.Add(e);
            if (e is Stepped { Step.Epoch: 2 }) stop.Cancel();
        }, stop.Token, out _));
        const string words = "the card had no memory for a step of 32 pictures at once: steps are done in 4 parts";
        Assert.Contains(heard.OfType<Warned>(), w => w.Warning.StartsWith(words, StringComparison.Ordinal));
        CellDirectory cell = run.Of(study.Cells[0]);
        Assert.Contains(cell.ReadDescription()!.Notes, n => n.StartsWith(words, StringComparison.Ordinal));
        int notes = cell.ReadDescription()!.Notes.Count;
        heard.Clear();
        Train(run, heard.Add, CancellationToken.None, out int refused);
        Assert.Equal((0, notes), (refused, cell.ReadDescription()!.Notes.Count));
        Assert.Equal(2, cell.ReadMetrics().Count);
    }

    /// <summary>Trains the only cell on a card that holds 8 pictures; counts how often it had no memory.</summary>
    private static void Train(RunFolder run, Action<RunEvent> tell, CancellationToken cancel, out int refused)
    {
        Cell cell = run.Study.Cells[0];
        int count = 0;
        var attacks = new PreparedAttacks();
        using FolderClaim? held = FolderClaim.TryTake(run.Of(cell).Folder);
        run.Of(cell).Start();
        using var kept = new KeptDataset(run, 1, attacks, tell);
        var context = new RunContext(
            run, kept.Of(cell, cancel), new ThreadBudget(1), ComputeDevice.Cpu, tell, attacks, new HashSet<string>());
        using OpenCell open = OpenCell.Of(cell, context, new CellClock(), cancel);
        using IDisposable card = open.Model.Taps.Watch((_, value) =>
        {
            if (!open.Model.training || value.shape[0] <= 8) return;
            count++;
            throw new ExternalException("CUDA out of memory. Tried to allocate 2.00 GiB.");
        });
        new CellTraining(open, run.Study.Work.Groups.SelectMany(g => g.Tasks).OfType<TrainTask>().Single()).Run(cancel);
        refused = count;
    }

    private static TrainingSettings Settings(bool useSgd) => new()
    {
        Epochs = 1,
        BatchSize = 16,
        LearningRate = 0.1,
        UseSgd = useSgd,
        Schedule = new StepSchedule(0.1, [], 1),
    };
}
