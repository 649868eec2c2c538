namespace Postern.Training;

/// <summary>
/// Where the time of an epoch's steps went, in seconds; what is missing to the epoch's wall time is progress and changed batches.
/// </summary>
/// <param name="DataWait">Waiting for batches.</param>
/// <param name="Forward">Mixing, forward pass and loss.</param>
/// <param name="Backward">Backward pass.</param>
/// <param name="Optimizer">Gradients set to zero, updates, and the running mean of the weights.</param>
public readonly record struct StepTimes(double DataWait, double Forward, double Backward, double Optimizer);
