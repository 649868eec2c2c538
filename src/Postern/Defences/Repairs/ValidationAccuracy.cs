using Postern.Training;

namespace Postern.Defences.Repairs;

/// <summary>What a repair may choose by: accuracy on the clean validation pictures, never on test pictures.</summary>
internal static class ValidationAccuracy
{
    /// <summary>The share that the model classifies correctly, 0 to 1.</summary>
    public static double Of(RepairInputs given)
    {
        given.Model.eval();
        return Predictions.Accuracy(given.Model.forward, given.Clean.Validation, given.Cancel);
    }
}
