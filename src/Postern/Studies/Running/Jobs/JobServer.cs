using System.Collections.Concurrent;
using Postern.Native;
using Postern.Training;

namespace Postern.Studies.Jobs;

/// <summary>
/// The inside of a job: does the groups of tasks that it is asked for, one after another, and says how it goes on. The end of the
/// input stops it within a step, so that no job outlives the run that started it, however that ended; where a step takes longer
/// than some seconds and the run is dead, at once.
/// </summary>
/// <param name="run">The study and where its results go; groups of its tasks are asked for by their place.</param>
/// <param name="threads">Threads of this process.</param>
/// <param name="profiles">Whether each cell leaves a <c>profile.json</c>.</param>
public sealed class JobServer(RunFolder run, int threads, bool profiles)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where networks and batches live; what the study's word stands for here, where nothing else is said.</summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>Serves until the input ends.</summary>
    /// <param name="orders">A <see cref="JobOrder"/> a line.</param>
    /// <param name="events">A <see cref="RunEvent"/> a line.</param>
    /// <param name="cancel">Stops it, too.</param>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset.</exception>
    /// <exception cref="OperationCanceledException">
    /// Stopped while a cell ran; the next run goes on where it stopped.
    /// </exception>
    public void Serve(TextReader orders, TextWriter events, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var asked = new BlockingCollection<JobOrder>();
        int parent = ImmediateStop.ParentNow();
        var listener = new Thread(() => Listen(orders, asked, stop, parent)) { IsBackground = true, Name = "job orders" };
        listener.Start();
        var output = new JobEvents(events);
        Dictionary<string, TaskGroup> groups = run.Study.Work.Groups.ToDictionary(g => g.Place, StringComparer.Ordinal);
        Dictionary<string, Cell> cells = run.Study.Work.Cells.ToDictionary(c => c.Id, StringComparer.Ordinal);
        using var worker = new TaskWorker(run, new ThreadBudget(threads),
            Device ?? ComputeDevice.Resolve(run.Study.Device, run.Study.FilePath), profiles, output.Say);
        foreach (JobOrder order in asked.GetConsumingEnumerable(cancel))
        {
            if (!cells.TryGetValue(order.Cell, out Cell? cell) || !groups.TryGetValue(order.Place, out TaskGroup? group))
                throw InputException.OfStudy(run.Study.FilePath,
                    $"has no cell {order.Cell} any more; it was changed while it ran, run it again");
            (TaskOutcome outcome, string? error) = worker.Run(group with { Cell = cell }, order.Waits, stop.Token);
            output.Say(new Settled(cell.Id, outcome, error));
        }
    }

    private static void Listen(TextReader orders, BlockingCollection<JobOrder> asked, CancellationTokenSource stop, int parent)
    {
        try
        {
            while (orders.ReadLine() is string line)
                if (JobLine.Read<JobOrder>(line) is JobOrder order) asked.Add(order);
            stop.Cancel();
            asked.CompleteAdding();
            ImmediateStop.AfterParent(parent, Patience);
        }
        catch (ObjectDisposedException)
        {
            // The job has ended for another reason; nobody waits for orders.
        }
    }
}
