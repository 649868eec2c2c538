using System.Runtime.InteropServices;

namespace Postern.Studies.Slurm;

/// <summary>What a stop reached.</summary>
/// <param name="Jobs">Jobs of Slurm that were cancelled.</param>
/// <param name="Processes">Processes of this machine that were told to stop.</param>
/// <param name="Elsewhere">Processes of other machines, which cannot be told.</param>
public sealed record Stopped(IReadOnlyList<string> Jobs, IReadOnlyList<string> Processes, IReadOnlyList<string> Elsewhere);

/// <summary>Stops what runs of a study; each cell keeps a checkpoint, and the next run goes on.</summary>
public static class StudyStop
{
    private const int Terminate = 15;

    /// <summary>Cancels its jobs, and tells its processes on this machine to stop.</summary>
    /// <exception cref="InputException">Slurm does not answer.</exception>
    public static Stopped Stop(RunFolder run)
    {
        SlurmJobs jobs = SlurmJobs.Of(run);
        if (jobs.Silence is string silence) throw new InputException("postern cancel", silence);
        string[] live =
            [.. jobs.Elements.Where(e => e.Value.Phase != JobPhase.Ended).Select(e => e.Key.Split('_')[0]).Distinct()];
        if (live.Length > 0) SlurmTools.Run("scancel", live);
        foreach (SlurmFolder folder in jobs.Folders) AtomicFile.WriteText(folder.Ended, "cancelled\n");
        ProcessName[] holders = [.. Holders(run).Distinct()];
        ProcessName[] here = [.. holders.Where(h => h is { IsHere: true, Lives: true })];
        if (!OperatingSystem.IsWindows())
            foreach (ProcessName process in here) Signal(process.Process, Terminate);
        return new Stopped(live, [.. here.Select(h => h.ToString())], [.. holders.Except(here).Select(h => h.ToString())]);
    }

    // Slurm tells its own.
    private static IEnumerable<ProcessName> Holders(RunFolder run)
    {
        foreach (Cell cell in run.Study.Work.Cells)
            if (FolderClaim.IsHeld(run.Of(cell).Folder, out ProcessName? holder) && holder is { Job: null }) yield return holder;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
