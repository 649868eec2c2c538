using System.Collections.Concurrent;
using Postern.Training;

namespace Postern.Studies.Jobs;

/// <summary>
/// The inside of a job: runs the cells that it is asked for, one after another, and says how it goes on. The end of the input stops it
/// within a step, so that no job outlives the run that started it, however that ended.
/// </summary>
/// <param name="study">The study; cells are asked for by id, the needed ones included.</param>
/// <param name="runsRoot">The output folder (<c>--out</c>).</param>
/// <param name="threads">Threads of this process.</param>
/// <param name="profiles">Whether each cell leaves a <c>profile.json</c>.</param>
public sealed class JobServer(Study study, string runsRoot, int threads, bool profiles)
{
    /// <summary>Serves until the input ends.</summary>
    /// <param name="orders">A <see cref="JobOrder"/> a line.</param>
    /// <param name="messages">A <see cref="JobMessage"/> a line.</param>
    /// <param name="cancel">Stops it, too.</param>
    /// <returns>Whether all input was good; the message says what was not.</returns>
    /// <exception cref="OperationCanceledException">Stopped while a cell ran; the next run goes on with its last finished epoch.</exception>
    public bool Serve(TextReader orders, TextWriter messages, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var asked = new BlockingCollection<JobOrder>();
        var listener = new Thread(() => Listen(orders, asked, stop)) { IsBackground = true, Name = "job orders" };
        listener.Start();
        var progress = new JobProgress(messages);
        Dictionary<string, Cell> cells = study.WithNeeded.ToDictionary(c => c.Id, StringComparer.Ordinal);
        using var worker = new CellWorker(study, runsRoot, new ThreadBudget(threads), profiles, progress);
        foreach (JobOrder order in asked.GetConsumingEnumerable(cancel))
        {
            try
            {
                if (!cells.TryGetValue(order.Cell, out Cell? cell)) throw new InputException(study.FilePath, $"has no cell {order.Cell} any more; it was changed while it ran, run it again");
                progress.Say(new SettledMessage(cell.Id, worker.Settle(cell, order.Waits, stop.Token)));
            }
            catch (InputException e)
            {
                progress.Say(new BadInputMessage(order.Cell, e.Message));
                return false;
            }
        }
        return true;
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
