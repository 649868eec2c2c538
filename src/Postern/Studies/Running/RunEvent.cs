using System.Text.Json.Serialization;
using Postern.Training;

namespace Postern.Studies;

/// <summary>Something that happens in a run: heard in this process, or from a job as a line of JSON.</summary>
/// <param name="Cell">Id of the cell that it is about.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "says")]
[JsonDerivedType(typeof(Preparing), "preparing")]
[JsonDerivedType(typeof(CellStarted), "started")]
[JsonDerivedType(typeof(Stepped), "stepped")]
[JsonDerivedType(typeof(EpochFinished), "epoch")]
[JsonDerivedType(typeof(CellFinished), "finished")]
[JsonDerivedType(typeof(CellFailed), "failed")]
[JsonDerivedType(typeof(CellSkipped), "skipped")]
[JsonDerivedType(typeof(Noted), "noted")]
[JsonDerivedType(typeof(Warned), "warned")]
[JsonDerivedType(typeof(Settled), "settled")]
public abstract record RunEvent(string Cell);

/// <summary>An artifact of the cell's attack is being made, or a detector is at work.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Artifact">What is made.</param>
/// <param name="Fraction">How much of it is done, 0 to 1.</param>
/// <param name="Detail">A few words for the user.</param>
public sealed record Preparing(string Cell, string Artifact, double Fraction, string Detail) : RunEvent(Cell);

/// <summary>A cell begins, or goes on after <paramref name="FinishedEpochs"/> epochs.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="FinishedEpochs">Epochs that an earlier run trained.</param>
public sealed record CellStarted(string Cell, int FinishedEpochs) : RunEvent(Cell);

/// <summary>A training step is done.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Step">Which, and its loss.</param>
public sealed record Stepped(string Cell, StepProgress Step) : RunEvent(Cell);

/// <summary>An epoch is trained and saved.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Epoch">Its line in <c>metrics.jsonl</c>.</param>
public sealed record EpochFinished(string Cell, EpochMetrics Epoch) : RunEvent(Cell);

/// <summary>The cell's result is on disk.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Acc">ACC.</param>
/// <param name="Asr">ASR; null where there is no attack.</param>
/// <param name="Ra">RA; null where there is no attack.</param>
public sealed record CellFinished(string Cell, double Acc, double? Asr, double? Ra) : RunEvent(Cell)
{
    /// <summary>Tells of <paramref name="result"/>.</summary>
    public static CellFinished Of(CellResult result) => new(result.Id, result.Acc, result.Asr, result.Ra);
}

/// <summary>The cell stopped with an error; the study goes on with the next.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Error">What happened, in one line.</param>
public sealed record CellFailed(string Cell, string Error) : RunEvent(Cell);

/// <summary>The cell is not run now.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Reason">Why.</param>
public sealed record CellSkipped(string Cell, string Reason) : RunEvent(Cell);

/// <summary>Something about how this cell is trained that may surprise; told once for all cells that share it.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Note">A sentence.</param>
public sealed record Noted(string Cell, string Note) : RunEvent(Cell);

/// <summary>Something that the user should know, e.g. a capped poisoning rate.</summary>
/// <param name="Cell">Id of the cell.</param>
/// <param name="Warning">A sentence.</param>
public sealed record Warned(string Cell, string Warning) : RunEvent(Cell);

/// <summary>A group of tasks ended, and whoever did them is free for the next.</summary>
/// <param name="Cell">Id of the cell on whose behalf they were done.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
public sealed record Settled(string Cell, TaskOutcome Outcome, string? Error) : RunEvent(Cell);
