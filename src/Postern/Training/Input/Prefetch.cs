using System.Collections.Concurrent;

namespace Postern.Training.Input;

/// <summary>Makes things on another thread, some ahead of whoever uses them.</summary>
internal static class Prefetch
{
    private const int Ahead = 3;

    /// <summary>What <paramref name="produce"/> hands out, in its order; the caller disposes each.</summary>
    /// <param name="produce">
    /// Runs on another thread; hands a thing out by calling its first argument, which waits while enough are ready and takes the
    /// thing over whatever happens.
    /// </param>
    /// <param name="cancel">Stops the production and the enumeration.</param>
    public static IEnumerable<T> Of<T>(
        Action<Action<T>, CancellationToken> produce, CancellationToken cancel) where T : IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var ready = new BlockingCollection<T>(Ahead);
        Task producer = Task.Run(() => Run(produce, ready, stop.Token), CancellationToken.None);
        try
        {
            foreach (T item in ready.GetConsumingEnumerable(cancel)) yield return item;
            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            try
            {
                producer.Wait(CancellationToken.None);
            }
            catch (AggregateException)
            {
                // Its failure has been rethrown above; here the enumeration only ends.
            }
            while (ready.TryTake(out T? left)) left.Dispose();
        }
    }

    private static void Run<T>(Action<Action<T>, CancellationToken> produce, BlockingCollection<T> ready,
        CancellationToken stop) where T : IDisposable
    {
        try
        {
            produce(Hand, stop);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<InputException>().FirstOrDefault() is InputException input)
        {
            throw input;
        }
        finally
        {
            ready.CompleteAdding();
        }

        void Hand(T item)
        {
            try
            {
                ready.Add(item, stop);
            }
            catch (OperationCanceledException)
            {
                item.Dispose();
                throw;
            }
        }
    }
}
