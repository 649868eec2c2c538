using Postern.Datasets;
using Postern.Imaging;
using Postern.Models;
using Postern.Training.Input;
using Postern.Training.Input.Stages;
using Postern.Training.Optimisation;

namespace Postern.Training.Recipes;

/// <summary>How a cell is trained.</summary>
public sealed record TrainingSettings
{
    /// <summary>Passes over the training set.</summary>
    public required int Epochs { get; init; }

    /// <summary>Pictures in a step; the last one of an epoch may be smaller, see <see cref="DropLast"/>.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Batches whose gradients make one update; the last update of an epoch may have fewer.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>SGD with momentum instead of AdamW.</summary>
    public bool UseSgd { get; init; }

    /// <summary>Base learning rate, scaled by the batch where that was asked for.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Momentum of SGD.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Decoupled for AdamW, L2 for SGD.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether vectors and biases decay too (the toolbox).</summary>
    public bool DecayAll { get; init; }

    /// <summary>Learning rate as a function of the fractional epoch.</summary>
    public required ISchedule Schedule { get; init; }

    /// <summary>Alpha of mixup, 0 for none.</summary>
    public double MixupAlpha { get; init; }

    /// <summary>Alpha of CutMix, 0 for none.</summary>
    public double CutmixAlpha { get; init; }

    /// <summary>Share of the target spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Name of the augmentation, or <c>dataset</c> for the dataset's own.</summary>
    public string Augmentation { get; init; } = "dataset";

    /// <summary>
    /// Interpolation of resized crops and of RandAugment: <c>auto</c>, <c>bilinear</c>, <c>bicubic</c> or <c>random</c>.
    /// </summary>
    public string CropInterpolation { get; init; } = "auto";

    /// <summary>Mean level of RandAugment, 0 for none.</summary>
    public double RandAugmentMagnitude { get; init; }

    /// <summary>Operations that RandAugment draws for a picture.</summary>
    public int RandAugmentOperations { get; init; } = 2;

    /// <summary>Strength of colour jitter, 0 for none; idle beside RandAugment.</summary>
    public double ColorJitter { get; init; }

    /// <summary>Probability of random erasing.</summary>
    public double RandomErasing { get; init; }

    /// <summary>How often each picture of an epoch comes in it; see <see cref="BatchLoader.Repeats"/>.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Of matrix products and convolutions.</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether a card may round factors to TF32; the processor has none.</summary>
    public bool UsesTf32 { get; init; }

    /// <summary>Whether samples that do not fill an epoch's last batch are left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>Decay of the running mean of the weights; 0 for none.</summary>
    public double EmaDecay { get; init; }

    /// <summary>Epochs between evaluations; 0 for the last epoch only.</summary>
    public int EvaluateEvery { get; init; } = 1;

    /// <summary>What happens to training pictures, all parts together.</summary>
    /// <param name="dataset">Gives its usual augmentation, the input's size and the fill colour (its mean).</param>
    /// <exception cref="InputException">There is no augmentation of that name.</exception>
    public Augmentation AugmentationFor(Dataset dataset)
    {
        string name = Augmentation == "dataset" ? dataset.Augmentation : Augmentation;
        return Augmentations.Geometry(name, CropInterpolation, dataset.InputSize) with
        {
            // As in timm, RandAugment takes the place of colour jitter.
            Color = RandAugmentMagnitude > 0
                    ? new RandAugment(RandAugmentMagnitude, RandAugmentOperations,
                        Augmentations.Kernels(CropInterpolation, Interpolation.Bicubic), RandAugment.FillOf(dataset.Mean)).Apply
                : ColorJitter > 0 ? new ColorJitter(ColorJitter).Apply
                : null,
            Erasing = RandomErasing > 0 ? new RandomErasing(RandomErasing).Apply : null,
        };
    }
}
