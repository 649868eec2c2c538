using Postern.Datasets;
using Postern.Kernels;
using Postern.Learning;
using Postern.Models.Checkpoints;
using Postern.Training;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// Trains ISSBA's encoder and decoder (<c>docs/reference/attacks.md 2.11</c>, after BackdoorBox): every picture gets a secret of
/// its own; for the first epochs only reading it counts, then also that it cannot be seen:
/// <c>2 mean(E^2) + perceptual d(x, x') + 1.5 secret loss</c>, x' = clip(x + E, 0, 1). The two penalties would go on to make the
/// residual fainter than a classifier can learn; from a batch that has reached the wanted PSNR they are left out.
/// </summary>
/// <param name="Bits">Length of a secret.</param>
/// <param name="Epochs">Passes over the pictures.</param>
/// <param name="SecretEpochs">First epochs that train reading alone.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="LearningRate">Of Adam.</param>
/// <param name="ResidualWeight">2: of the squared residual.</param>
/// <param name="PerceptualWeight">1.5: of the feature distance.</param>
/// <param name="PsnrTarget">PSNR in dB of a batch's residual from which on neither counts; 0 for never, as the original.</param>
/// <param name="Features">Whose features the distance is about.</param>
/// <param name="Subset">How many training pictures; 0 for all that are not held out.</param>
/// <param name="Seed">Decides the pictures, the secrets, the initial weights and every order.</param>
internal sealed record IssbaTraining(
    int Bits, int Epochs, int SecretEpochs, int BatchSize, double LearningRate, double ResidualWeight, double PerceptualWeight,
    double PsnrTarget, CleanClassifier Features, int Subset, long Seed)
{
    private const string Kind = "issba-encoder";
    private const double SecretWeight = 1.5;
    private const double LeastBitAccuracy = 0.99, LeastPsnr = 25, MostPsnr = 32;

    private double WantedEnergy => PsnrTarget > 0 ? Math.Pow(10, -PsnrTarget / 10) : -1;

    /// <summary>Trained networks in evaluation mode, from the cache or trained now, and what was measured on them.</summary>
    public (IssbaNetworks Networks, IReadOnlyList<AcceptanceCheck> Acceptance) Prepare(PreparationContext context, int size)
    {
        IssbaNetworks networks = context.Device.Place(new IssbaNetworks(size, Bits, Seed));
        ArtifactKey key = ArtifactKey.Of(Kind, context.Dataset, size,
            ("bits", Bits), ("epochs", Epochs), ("secret_epochs", SecretEpochs), ("batch", BatchSize), ("lr", LearningRate),
            ("residual", ResidualWeight), ("perceptual", PerceptualWeight), ("psnr_target", PsnrTarget),
            ("features", Features.Model),
            ("feature_epochs", Features.Epochs),
            ("subset", Subset), ("seed", Seed));
        Artifact made = context.Cache.GetOrMake(key, context, folder => Train(networks, context, size, folder));
        Weights.Load(networks, made.WeightsPath);
        networks.eval();
        return (networks, made.Acceptance);
    }

    private AcceptanceCheck[] Train(IssbaNetworks networks, PreparationContext context, int size, string folder)
    {
        PreparationPictures pictures = PreparationPictures.Split(context, size, Subset, Seed);
        using FeatureDistance? distance = PerceptualWeight > 0 && Epochs > SecretEpochs
            ? new FeatureDistance(Features.Prepare(context, size).Network, context.Dataset.Mean, context.Dataset.Std)
            : null;
        using var training = new TrainingLoop(TrainedNetwork.Adam("issba", networks, 0.9, 0.999));
        BatchLoader loader = pictures.Plain(pictures.Learned, BatchSize);
        ArtifactTraining.Run(folder, training, Epochs, () => RunEpoch(training, networks, distance, loader, context));
        Artifact.WriteWeights(folder, networks);
        return Measure(networks, pictures.Plain(pictures.HeldOut, BatchSize), context.Cancel);
    }

    private void RunEpoch(
        TrainingLoop training, IssbaNetworks networks, FeatureDistance? distance, BatchLoader loader, PreparationContext context)
    {
        networks.train();
        int count = loader.Images.Count, epoch = training.Epoch;
        int[] places = PlacesOf(loader.Images);
        float secretLoss = 0, energy = 0;
        training.RunEpoch(new TrainingEpoch<Batch>
        {
            Batches = loader.Load(
                BatchLoader.ShuffledOrder(count, Seed, epoch), Seed, epoch, CancellationToken.None, training.Begun),
            Stop = context.Cancel,
            Steps = loader.Steps(count),
            Samples = loader.Kept(count),
            Loss = batch =>
            {
                Tensor secrets = Secrets([.. batch.Indices.Select(i => places[i])], batch.Images.device);
                (Tensor encoded, Tensor residual) = networks.Encode(secrets, batch.Images);
                Tensor reading = nn.functional.binary_cross_entropy_with_logits(networks.Decoder.forward(encoded), secrets);
                Tensor squared = residual.square().mean();
                (secretLoss, energy) = (reading.item<float>(), squared.item<float>());
                if (epoch < SecretEpochs) return reading;
                if (energy <= WantedEnergy) return Weighted((SecretWeight, reading));
                return Weighted(
                    (ResidualWeight, squared), (SecretWeight, reading),
                    (PerceptualWeight, distance?.forward(batch.Images, encoded) ?? zeros(1, device: batch.Images.device)));
            },
            Updates = [new NetworkUpdate(training.Networks[0], _ => LearningRate)],
        }, step => context.Progress.Report(Kind, step.ShareOf(Epochs), FormattableString.Invariant(
            $"epoch {step.Epoch}/{Epochs}  secret loss {secretLoss:f3}  residual {energy:f5}")));
    }

    /// <summary>Bit accuracy and PSNR on pictures that were not learned from, each with a secret of its own.</summary>
    private AcceptanceCheck[] Measure(IssbaNetworks networks, BatchLoader loader, CancellationToken cancel)
    {
        networks.eval();
        using IDisposable inference = inference_mode();
        double right = 0, psnr = 0;
        int[] places = PlacesOf(loader.Images);
        foreach (Batch batch in loader.Load([.. Enumerable.Range(0, loader.Images.Count)], Seed, 0, cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                Tensor secrets = Secrets([.. batch.Indices.Select(i => places[i])], batch.Images.device);
                Tensor encoded = networks.Encode(secrets, batch.Images).Encoded;
                right += networks.Decoder.forward(encoded).sigmoid().round().eq(secrets).sum().item<long>();
                Tensor errors = (encoded - batch.Images).square().mean([1, 2, 3]).cpu();
                foreach (float error in errors.data<float>()) psnr += -10 * Math.Log10(Math.Max(error, 1e-10));
            }
        }
        return Judge(right / (loader.Images.Count * (double)Bits), psnr / loader.Images.Count);
    }

    /// <summary>
    /// Whether an encoder may be used: a residual that is seen is another attack, one much fainter than the original's 27 dB was
    /// measured to teach nothing.
    /// </summary>
    /// <param name="bitAccuracy">Share of the bits that the decoder reads rightly.</param>
    /// <param name="psnr">Mean PSNR in dB of pictures with a secret.</param>
    internal static AcceptanceCheck[] Judge(double bitAccuracy, double psnr) =>
    [
        new("bit accuracy of the decoder", bitAccuracy, LeastBitAccuracy, AtLeast: true),
        new("mean PSNR in dB", psnr, LeastPsnr, AtLeast: true),
        new("mean PSNR in dB", psnr, MostPsnr, AtLeast: false),
    ];

    /// <summary>One secret of <see cref="Bits"/> bits a picture of the training split, [B, bits].</summary>
    private Tensor Secrets(int[] pictures, Device device)
    {
        float[] bits = [.. pictures.SelectMany(i => IssbaSecret.Draw(RandomStream.For(Seed, "issba-secret", i), Bits))];
        return tensor(bits, [pictures.Length, Bits], device: device);
    }

    private static int[] PlacesOf(ImageSet images) => [.. ((SubsetImageSet)images).Indices];

    private static Tensor Weighted(params (double Weight, Tensor Term)[] terms)
    {
        using Tensor weights = tensor([.. terms.Select(t => (float)t.Weight)], device: terms[0].Term.device);
        return (stack([.. terms.Select(t => t.Term.reshape())]) * weights).sum();
    }
}
