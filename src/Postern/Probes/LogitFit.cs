using MathNet.Numerics.LinearAlgebra;
using Postern.Evaluation;

namespace Postern.Probes;

/// <summary>
/// How a success rate goes with several quantities at once: weighted least squares on empirical logits ln((k + 1/2) / (n - k +
/// 1/2)) with weights 1 / (1 / (k + 1/2) + 1 / (n - k + 1/2)) (Cox 1970), which stay finite where all or none succeed. Standard
/// errors are widened where rates scatter more than chance would make them.
/// </summary>
public static class LogitFit
{
    private const double Dependent = 1e-9;

    /// <summary>
    /// The slope of each quantity, all others given, with its 95% interval of Student's t; NaN for one that those before it
    /// determine.
    /// </summary>
    /// <param name="rates">Successes and trials in each place.</param>
    /// <param name="quantities">A value for each place, of each quantity.</param>
    public static IReadOnlyList<Quantity> Slopes(IReadOnlyList<Proportion> rates, IReadOnlyList<IReadOnlyList<double>> quantities)
    {
        var kept = Matrix<double>.Build.Dense(rates.Count, 1, 1);
        List<int> places = [];
        foreach (IReadOnlyList<double> values in quantities)
        {
            var column = Vector<double>.Build.DenseOfEnumerable(values);
            Vector<double> own = column - kept * kept.QR().Solve(column);
            bool isNew = own.L2Norm() > Math.Sqrt(Dependent) * (1 + column.L2Norm()) && kept.ColumnCount + 1 < rates.Count;
            places.Add(isNew ? kept.ColumnCount : -1);
            if (isNew) kept = kept.InsertColumn(kept.ColumnCount, column);
        }
        (Vector<double> slopes, Vector<double> errors) = Fit(rates, kept);
        double t = Quantity.Quantile(Math.Max(1, rates.Count - kept.ColumnCount));
        return [.. places.Select(at => at < 0 ? Quantity.Of(double.NaN, ProbeUnit.Difference)
            : new Quantity(slopes[at], slopes[at] - t * errors[at], slopes[at] + t * errors[at], ProbeUnit.Difference))];
    }

    private static (Vector<double> Slopes, Vector<double> Errors) Fit(IReadOnlyList<Proportion> rates, Matrix<double> x)
    {
        var logits =
            Vector<double>.Build.DenseOfEnumerable(rates.Select(r => Math.Log((r.Hits + 0.5) / (r.Total - r.Hits + 0.5))));
        var weights = Matrix<double>.Build.DenseOfDiagonalVector(Vector<double>.Build.DenseOfEnumerable(
            rates.Select(r => 1 / (1 / (r.Hits + 0.5) + 1 / (r.Total - r.Hits + 0.5)))));
        Matrix<double> covariance = (x.Transpose() * weights * x).Inverse();
        Vector<double> slopes = covariance * (x.Transpose() * (weights * logits)), rest = logits - x * slopes;
        // Of rates that scatter by chance alone this is 1 in the mean.
        double scatter = rest * (weights * rest) / Math.Max(1, rates.Count - x.ColumnCount);
        return (slopes, (covariance.Diagonal() * Math.Max(1, scatter)).PointwiseSqrt());
    }
}
