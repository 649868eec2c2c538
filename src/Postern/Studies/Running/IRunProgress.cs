using Postern.Training;

namespace Postern.Studies;

/// <summary>Hears how a study goes on. Called from the training thread only.</summary>
public interface IRunProgress
{
    /// <summary>An ingredient of the cell's attack is being made, before the cell starts.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="ingredient">What is made.</param>
    /// <param name="fraction">How much of it is done, 0 to 1.</param>
    /// <param name="detail">A few words for the user.</param>
    void Preparing(Cell cell, string ingredient, double fraction, string detail);

    /// <summary>A cell begins, or goes on after <paramref name="finishedEpochs"/> epochs.</summary>
    void CellStarted(Cell cell, int finishedEpochs);

    /// <summary>After each training step.</summary>
    void Stepped(Cell cell, StepProgress step);

    /// <summary>After each epoch.</summary>
    void EpochFinished(Cell cell, EpochMetrics epoch);

    /// <summary>The cell's result is on disk.</summary>
    void CellFinished(Cell cell, CellResult result);

    /// <summary>The cell stopped with an error; the study goes on with the next.</summary>
    void CellFailed(Cell cell, string error);

    /// <summary>The cell is not run now.</summary>
    void CellSkipped(Cell cell, string reason);

    /// <summary>Something about how this cell is trained that may surprise; told once for all cells that share it.</summary>
    void Noted(Cell cell, string note);

    /// <summary>Something that the user should know, e.g. a capped poisoning rate.</summary>
    void Warned(Cell cell, string warning);
}
