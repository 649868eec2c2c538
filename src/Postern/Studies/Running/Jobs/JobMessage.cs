using System.Text.Json.Serialization;
using Postern.Training;

namespace Postern.Studies.Jobs;

/// <summary>What a job says: one line of JSON on its standard output, the calls of <see cref="IRunProgress"/> and how a cell ended.</summary>
/// <param name="Cell">Id of the cell that it is about.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "says")]
[JsonDerivedType(typeof(PreparingMessage), "preparing")]
[JsonDerivedType(typeof(StartedMessage), "started")]
[JsonDerivedType(typeof(SteppedMessage), "stepped")]
[JsonDerivedType(typeof(EpochMessage), "epoch")]
[JsonDerivedType(typeof(FinishedMessage), "finished")]
[JsonDerivedType(typeof(FailedMessage), "failed")]
[JsonDerivedType(typeof(NotedMessage), "noted")]
[JsonDerivedType(typeof(WarnedMessage), "warned")]
[JsonDerivedType(typeof(SettledMessage), "settled")]
[JsonDerivedType(typeof(BadInputMessage), "bad_input")]
internal abstract record JobMessage(string Cell);

/// <summary><see cref="IRunProgress.Preparing"/>.</summary>
internal sealed record PreparingMessage(string Cell, string Ingredient, double Fraction, string Detail) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.CellStarted"/>.</summary>
internal sealed record StartedMessage(string Cell, int FinishedEpochs) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.Stepped"/>.</summary>
internal sealed record SteppedMessage(string Cell, StepProgress Step) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.EpochFinished"/>.</summary>
internal sealed record EpochMessage(string Cell, EpochMetrics Epoch) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.CellFinished"/>; the result is read from the cell's folder.</summary>
internal sealed record FinishedMessage(string Cell) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.CellFailed"/>.</summary>
internal sealed record FailedMessage(string Cell, string Error) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.Noted"/>.</summary>
internal sealed record NotedMessage(string Cell, string Note) : JobMessage(Cell);

/// <summary><see cref="IRunProgress.Warned"/>.</summary>
internal sealed record WarnedMessage(string Cell, string Warning) : JobMessage(Cell);

/// <summary>The cell ended; the job is free for the next.</summary>
internal sealed record SettledMessage(string Cell, CellOutcome Outcome) : JobMessage(Cell);

/// <summary>Bad input, which ends the run.</summary>
internal sealed record BadInputMessage(string Cell, string Error) : JobMessage(Cell);
