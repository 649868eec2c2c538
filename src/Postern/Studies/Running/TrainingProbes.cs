using Postern.Configuration;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>
/// Looks into a network after every so many epochs of its training, where a study asks for it. What is found is a function of the
/// weights, so that a training that was stopped and goes on finds the same; nothing of the training depends on it.
/// </summary>
/// <param name="cell">The cell that is trained.</param>
internal sealed class TrainingProbes(OpenCell cell)
{
    private readonly Choice[] probes = [.. cell.Run.Folder.ProbesOf(cell.Cell).Where(p => Every(p) > 0)];

    private string Folder => cell.Directory.Folder;

    /// <summary>Forgets what was found after epochs that are trained again.</summary>
    /// <param name="epoch">The last epoch that is not.</param>
    public void Keep(int epoch)
    {
        foreach (Choice probe in probes)
        {
            if (TrackOf(probe) is not ProbeTrack track || track.Epochs.All(e => e.Epoch <= epoch)) continue;
            (track with { Epochs = [.. track.Epochs.Where(e => e.Epoch <= epoch)] }).Write(Folder);
        }
    }

    /// <summary>Looks after <paramref name="epoch"/>, and writes what is found beside the curves.</summary>
    public void Look(int epoch, CancellationToken cancel)
    {
        foreach (Choice probe in probes.Where(p => epoch % Every(p) == 0 || epoch == cell.Settings.Epochs))
        {
            ProbeFinding found = cell.Clock.Evaluating(() => probe.EntryAs<Probe>()
                .Run(new ProbeSubject(cell.Evaluator, cell.Attack, probe), cancel: cancel));
            ProbeTrack track = TrackOf(probe) ?? new ProbeTrack(cell.Cell.Id, probe.Name, probe.Values.ToDictionary(), []);
            (track with { Epochs = [.. track.Epochs.Where(e => e.Epoch < epoch), new ProbedEpoch(epoch, found.Numbers)] })
                .Write(Folder);
        }
    }

    private static int Every(Choice probe) => probe.Integer(Probe.EveryOption);

    /// <summary>What was found so far; null where that is nothing, was found with other options, or is damaged.</summary>
    private ProbeTrack? TrackOf(Choice probe)
    {
        try
        {
            ProbeTrack? track = ProbeTrack.Read(Folder, probe.Name);
            return track is not null && track.Options.Count == probe.Values.Count
                && probe.Values.All(o => track.Options.GetValueOrDefault(o.Key) == o.Value) ? track : null;
        }
        catch (InputException e)
        {
            cell.Run.Tell(new Warned(cell.Cell.Id, e.Message));
            File.Delete(ProbeTrack.PathOf(Folder, probe.Name));
            return null;
        }
    }
}
