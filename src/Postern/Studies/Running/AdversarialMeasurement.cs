using Postern.Configuration;
using Postern.Evaluation;

namespace Postern.Studies;

/// <summary>Adds accuracy under PGD to a cell whose result is there; balls that an earlier run measured are kept.</summary>
/// <param name="cell">The cell.</param>
/// <param name="task">Whose weights are measured.</param>
/// <param name="measure">What the study asks for.</param>
internal sealed class AdversarialMeasurement(OpenCell cell, MeasureTask task, Choice measure)
{
    /// <summary>Measures what is missing. The model is left with the weights that tables show.</summary>
    public void Run(CancellationToken cancel)
    {
        CellDirectory directory = cell.Directory;
        var accuracy = AdversarialAccuracy.Of(measure, cell.Evaluator);
        MeasuredWeights weights = cell.PutShownWeights(task);
        AdversarialRecord record = directory.ReadAdversarial(measure) is { } earlier && earlier.Weights == weights ? earlier
            : new AdversarialRecord(measure.Values, weights, cell.Clock.Evaluating(() => accuracy.Clean(cancel)),
                new Dictionary<string, Proportion>());
        foreach ((int index, AdversarialBall ball) in AdversarialBall.All.Index())
        {
            if (record.Within(ball) is not null) continue;
            Proportion share = cell.Clock.Evaluating(() => accuracy.Within(ball, Report, cancel));
            record = record with { Balls = new Dictionary<string, Proportion>(record.Balls) { [ball.Key] = share } };
            directory.WriteAdversarial(measure, record);

            void Report(int pictures) => cell.Run.Tell(new Preparing(cell.Cell.Id, AdversarialAccuracy.Entry.Name,
                (index + (double)pictures / record.Clean.Total) / AdversarialBall.All.Count, ball.Title));
        }
    }
}
