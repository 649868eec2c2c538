namespace Postern.Defences.Scans;

/// <summary>
/// How the search of Neural Cleanse weighs a small trigger against a successful one (<c>docs/reference/defences.md 16</c>):
/// lambda grows while the search succeeds and falls while it does not, the smallest successful trigger is kept, and the search
/// ends once lambda went both ways and nothing smaller comes.
/// </summary>
/// <param name="start">lambda at first.</param>
/// <param name="multiplier">c: lambda is multiplied by c, and divided by c^1.5.</param>
/// <param name="patience">Epochs in a row that move it.</param>
/// <param name="success">s, the share of pictures that a trigger must send to the class.</param>
internal sealed class TriggerCost(double start, double multiplier, int patience, double success)
{
    private const double FallPower = 1.5, Improvement = 0.99;
    private const int StopPatience = 25;
    private double lowestBefore = double.PositiveInfinity;
    private int up, down, idle, epochs;
    private bool wentUp, wentDown;

    /// <summary>lambda.</summary>
    public double Lambda { get; private set; } = start;

    /// <summary>The size of the smallest successful trigger; infinite where none was successful.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>Its epoch, from 0; null where there is none.</summary>
    public int? BestEpoch { get; private set; }

    /// <summary>Whether the search is over.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes note of an epoch.</summary>
    /// <param name="reached">Share of pictures that the trigger sent to the class.</param>
    /// <param name="size">The trigger's size.</param>
    /// <returns>Whether it is the one to keep.</returns>
    public bool Finish(double reached, double size)
    {
        bool better = reached >= success && size < Best;
        if (better) (Best, BestEpoch) = (size, epochs);
        epochs++;
        if (BestEpoch is not null)
        {
            idle = Best >= Improvement * lowestBefore ? idle + 1 : 0;
            lowestBefore = Math.Min(lowestBefore, Best);
            if (wentUp && wentDown && idle >= StopPatience)
            {
                Stopped = true;
                return better;
            }
        }
        (up, down) = reached >= success ? (up + 1, 0) : (0, down + 1);
        if (up >= patience)
        {
            (up, wentUp) = (0, true);
            Lambda *= multiplier;
        }
        else if (down >= patience)
        {
            (down, wentDown) = (0, true);
            Lambda /= Math.Pow(multiplier, FallPower);
        }
        return better;
    }
}
