using Postern.Training;

namespace Postern.Studies;

/// <summary>Removes what a kill left that nothing needs any more.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Of finished cells, checkpoints and half-written files; in the folders of the study, half-written files. What cannot be
    /// removed stays, and what another process has is left alone.
    /// </summary>
    public static void Remove(RunFolder run)
    {
        foreach (string folder in new[] { run.Path, run.Report, Path.Combine(run.Report, "figures"),
            Path.Combine(run.Output, ".clean-splits") })
            TemporaryName.RemoveDead(folder);
        foreach (Cell cell in run.Study.Work.Cells)
        {
            CellDirectory directory = run.Of(cell);
            try
            {
                if (!directory.IsDone || !(TrainingCheckpoint.HasState(directory.Folder) || HasTemporary(directory.Folder))
                    || FolderClaim.IsHeld(directory.Folder)) continue;
                TrainingCheckpoint.DropState(directory.Folder);
                TemporaryName.RemoveDead(directory.Folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // They take space and are never read.
            }
        }
    }

    private static bool HasTemporary(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, $".*{TemporaryName.Extension}").Any();
}
