using Postern.Configuration;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Scans;

/// <summary>
/// MM-BD (Wang et al. 2024; <c>docs/reference/defences.md 21</c>): how far a class's logit can be driven above all others from
/// random inputs, without any picture. A backdoor's target goes further than the gamma distribution of the other classes allows.
/// Assumes nothing about the trigger. Logits of models with layer norms are bounded otherwise than those it was made for, so that
/// a calibrated cut is worth having.
/// </summary>
/// <param name="inputs">Random inputs for each class.</param>
/// <param name="rate">Learning rate; the official momentum never acts.</param>
/// <param name="steps">Steps at most.</param>
/// <param name="cut">p below which the class with the largest margin is flagged.</param>
public sealed class MmBd(int inputs, double rate, int steps, double cut) : IModelScan
{
    private const double Stop = 1e-5, FirstLoss = 1000;

    internal static DefenceEntry Entry { get; } = new("mm-bd", "largest margin of each class over random inputs; no pictures",
    [
        new("inputs", OptionKind.Integer, "30", "random inputs for each class") { Min = 1, Max = 10_000 },
        new("rate", OptionKind.Number, "0.01", "learning rate of the search") { Min = 0 },
        new("steps", OptionKind.Integer, "300", "steps of the search, at most") { Min = 1 },
        ScanCalibration.Option,
        new("cut", OptionKind.Number, "0.05", "p below which the model is said to have a backdoor") { Min = 0, Max = 1 },
    ],
        (choice, _) => new Defence
        {
            Scan = new MmBd(choice.Integer("inputs"), (double)choice.Number("rate"), choice.Integer("steps"),
                (double)choice.Number("cut")),
        })
    {
        Scans = true,
    };

    /// <inheritdoc/>
    public ScanVerdict Scan(ScanInputs given)
    {
        using var classifier = new PixelClassifier(given.Model, given.Clean);
        using var still = new FrozenWeights(given.Model);
        double[] margins = new double[given.Classes];
        for (int target = 0; target < given.Classes; target++)
        {
            using Tensor start = Start(inputs, given.InputSize, given.Seed, target);
            using Tensor placed = start.to(given.Clean.Tuning.Device.Torch);
            margins[target] = Search(classifier.Logits, placed, target, rate, steps, given.Cancel).Margin;
            given.Progress((target + 1.0) / given.Classes);
        }
        (int suspect, double p) = Judge(margins);
        return new ScanVerdict("largest margin", margins, p < cut ? [suspect] : [])
        {
            Suspicion = 1 - p,
            SuspicionName = "1 - p",
            Cut = 1 - cut,
            Suspect = suspect,
        };
    }

    /// <summary>z_t - max over c other than t of z_c, for each picture: [n].</summary>
    /// <param name="logits">[n, classes].</param>
    /// <param name="target">t.</param>
    internal static Tensor Margins(Tensor logits, int target)
    {
        Tensor others = cat([logits.narrow(1, 0, target), logits.narrow(1, target + 1, logits.shape[1] - target - 1)], 1);
        return logits.select(1, target) - others.amax([1]);
    }

    /// <summary>The largest margin that descent reaches, and after how many evaluations it stopped.</summary>
    /// <param name="logits">From [n, 3, S, S] in [0, 1] to [n, classes].</param>
    /// <param name="start">[n, 3, S, S].</param>
    /// <param name="target">The class.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="steps">Evaluations at most.</param>
    /// <param name="cancel">Stops it.</param>
    internal static (double Margin, int Evaluations) Search(
        Func<Tensor, Tensor> logits, Tensor start, int target, double rate, int steps, CancellationToken cancel = default)
    {
        Tensor x = start.clone();
        double last = FirstLoss, margin = double.NaN;
        int done = 0;
        while (done < steps)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor variable = x.detach().requires_grad_();
            Tensor margins = Margins(logits(variable.clamp(0, 1)), target);
            Tensor loss = -margins.sum();
            double value = loss.to(ScalarType.Float64).item<double>();
            margin = margins.detach().max().to(ScalarType.Float64).item<double>();
            done++;
            if (Math.Abs((last - value) / last) < Stop) break;
            last = value;
            Tensor gradient = autograd.grad([loss], [variable])[0];
            using var noGrad = no_grad();
            x.sub_(rate * gradient);
        }
        x.Dispose();
        return (margin, done);
    }

    /// <summary>The class with the largest margin, and p of its margin under the gamma distribution of the others.</summary>
    /// <exception cref="NotApplicableException">Too few classes can be driven above all others.</exception>
    internal static (int Suspect, double P) Judge(IReadOnlyList<double> margins)
    {
        int suspect = margins.Index().MaxBy(m => m.Item).Index;
        // A gamma distribution has no place for classes that no input is taken for.
        double[] others = [.. margins.Where((m, c) => c != suspect && m > 0)];
        if (others.Distinct().Count() < 2)
            throw new NotApplicableException($"only {others.Length} other classes can be driven above all others");
        return (suspect, GammaFit.Of(others).ChanceOfMore(margins[suspect], margins.Count));
    }

    private static Tensor Start(int count, int size, long seed, int target)
    {
        RandomStream stream = RandomStream.For(seed, "mm-bd", target);
        float[] values = new float[count * 3 * size * size];
        for (int i = 0; i < values.Length; i++) values[i] = (float)stream.NextDouble();
        return tensor(values, [count, 3, size, size]);
    }
}
