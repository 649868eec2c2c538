using Postern.Configuration;
using Postern.Evaluation;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>Looks into the network of a finished cell, and writes what each probe finds into its folder.</summary>
/// <param name="cell">The cell.</param>
/// <param name="task">Whose weights are looked at.</param>
/// <param name="probes">The probes, all of them fit for it.</param>
internal sealed class ProbeMeasurement(OpenCell cell, MeasureTask task, IReadOnlyList<Choice> probes)
{
    /// <summary>Looks. The model is left with the weights that tables show.</summary>
    /// <param name="progress">Hears which probe does which share.</param>
    /// <param name="cancel">Stops it; what was found stays.</param>
    public IReadOnlyList<ProbeRecord> Run(Action<string, double> progress, CancellationToken cancel)
    {
        MeasuredWeights weights = cell.PutShownWeights(task);
        return [.. probes.Select(Look)];

        ProbeRecord Look(Choice probe)
        {
            cancel.ThrowIfCancellationRequested();
            var subject = new ProbeSubject(cell.Evaluator, cell.Attack, probe);
            ProbeFinding found = cell.Clock.Evaluating(() =>
                probe.EntryAs<Probe>().Run(subject, share => progress(probe.Name, share), cancel));
            var record = new ProbeRecord(cell.Cell.Id, probe.Name, ProbeRecord.OptionsOf(probe), weights, found);
            record.Write(cell.Directory.Folder);
            return record;
        }
    }
}
