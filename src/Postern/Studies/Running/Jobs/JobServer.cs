using System.Collections.Concurrent;
using Postern.Training;

namespace Postern.Studies.Jobs;

/// <summary>
/// The inside of a job: runs the cells that it is asked for, one after another, and says how it goes on. The end of the input
/// stops it within a step, so that no job outlives the run that started it, however that ended.
/// </summary>
/// <param name="run">The study and where its results go; cells are asked for by id, the needed ones included.</param>
/// <param name="threads">Threads of this process.</param>
/// <param name="profiles">Whether each cell leaves a <c>profile.json</c>.</param>
public sealed class JobServer(RunFolder run, int threads, bool profiles)
{
    /// <summary>Serves until the input ends.</summary>
    /// <param name="orders">A <see cref="JobOrder"/> a line.</param>
    /// <param name="events">A <see cref="RunEvent"/> a line.</param>
    /// <param name="cancel">Stops it, too.</param>
    /// <exception cref="InputException">Bad input, e.g. a missing dataset.</exception>
    /// <exception cref="OperationCanceledException">Stopped while a cell ran; the next run goes on with its last finished epoch.</exception>
    public void Serve(TextReader orders, TextWriter events, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var asked = new BlockingCollection<JobOrder>();
        var listener = new Thread(() => Listen(orders, asked, stop)) { IsBackground = true, Name = "job orders" };
        listener.Start();
        var output = new JobEvents(events);
        Dictionary<string, Cell> cells = run.Study.WithNeeded.ToDictionary(c => c.Id, StringComparer.Ordinal);
        using var worker = new CellWorker(run, new ThreadBudget(threads), profiles, output.Say);
        foreach (JobOrder order in asked.GetConsumingEnumerable(cancel))
        {
            Cell cell = cells.GetValueOrDefault(order.Cell)
                ?? throw new InputException(run.Study.FilePath, $"has no cell {order.Cell} any more; it was changed while it ran, run it again");
            output.Say(new Settled(cell.Id, worker.Settle(cell, order.Waits, stop.Token)));
        }
    }

    private static void Listen(TextReader orders, BlockingCollection<JobOrder> asked, CancellationTokenSource stop)
    {
        try
        {
            while (orders.ReadLine() is string line)
                if (JobLine.Read<JobOrder>(line) is JobOrder order) asked.Add(order);
            stop.Cancel();
            asked.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            // The job has ended for another reason; nobody waits for orders.
        }
    }
}
