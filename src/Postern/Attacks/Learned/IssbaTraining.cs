using System.Globalization;
using Postern.Datasets;
using Postern.Kernels;
using Postern.Learning;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// Trains ISSBA's encoder and decoder (<c>docs/reference/attacks.md 2.11</c>, after BackdoorBox): every picture gets a secret of
/// its own; for the first epochs only reading it counts, then also that it cannot be seen:
/// <c>2 mean(E^2) + perceptual d(x, x') + 1.5 secret loss</c>, x' = clip(x + E, 0, 1).
/// </summary>
/// <param name="Bits">Length of a secret.</param>
/// <param name="Epochs">Passes over the pictures.</param>
/// <param name="SecretEpochs">First epochs that train reading alone.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="LearningRate">Of Adam.</param>
/// <param name="ResidualWeight">2: of the squared residual.</param>
/// <param name="PerceptualWeight">1.5: of the feature distance.</param>
/// <param name="Features">Whose features the distance is about.</param>
/// <param name="Subset">How many training pictures; 0 for all that are not held out.</param>
/// <param name="Seed">Decides the pictures, the secrets, the initial weights and every order.</param>
internal sealed record IssbaTraining(
    int Bits, int Epochs, int SecretEpochs, int BatchSize, double LearningRate, double ResidualWeight, double PerceptualWeight,
    CleanClassifier Features, int Subset, long Seed)
{
    private const string Kind = "issba-encoder";
    private const double SecretWeight = 1.5;
    private const double LeastBitAccuracy = 0.99, LeastPsnr = 28;

    /// <summary>Trained networks in evaluation mode, from the cache or trained now, and what was measured on them.</summary>
    public (IssbaNetworks Networks, IReadOnlyList<AcceptanceCheck> Acceptance) Prepare(PreparationContext context, int size)
    {
        var networks = new IssbaNetworks(size, Bits, Seed);
        ArtifactKey key = ArtifactKey.Of(Kind, context.Dataset, size,
            ("bits", Bits), ("epochs", Epochs), ("secret_epochs", SecretEpochs), ("batch", BatchSize), ("lr", LearningRate),
            ("residual", ResidualWeight), ("perceptual", PerceptualWeight), ("features", Features.Model), ("feature_epochs", Features.Epochs),
            ("subset", Subset), ("seed", Seed));
        Artifact made = context.Cache.GetOrMake(key, context, folder => Train(networks, context, size, folder));
        Weights.Load(networks, made.WeightsPath);
        networks.eval();
        return (networks, made.Acceptance);
    }

    private AcceptanceCheck[] Train(IssbaNetworks networks, PreparationContext context, int size, string folder)
    {
        PreparationPictures pictures = PreparationPictures.Split(context, size, Subset, Seed);
        using ResNet? featureNetwork = PerceptualWeight > 0 && Epochs > SecretEpochs ? Features.Prepare(context, size).Network : null;
        FeatureDistance? distance = featureNetwork is null ? null : new FeatureDistance(featureNetwork, context.Dataset.Mean, context.Dataset.Std);
        using TrainedPart trained = TrainedPart.Adam("issba", networks, 0.9, 0.999);
        BatchLoader loader = pictures.Plain(pictures.Learned, BatchSize);
        int[] places = PlacesOf(pictures.Learned);
        for (int epoch = PreparationCheckpoint.Restore(folder, trained); epoch < Epochs; epoch++)
        {
            RunEpoch(networks, trained, distance, loader, epoch, places, context);
            PreparationCheckpoint.Save(folder, epoch + 1, trained);
        }
        PreparationCheckpoint.SaveWeights(folder, networks);
        return Measure(networks, pictures.Plain(pictures.HeldOut, BatchSize), context.Cancel);
    }

    private void RunEpoch(IssbaNetworks networks, TrainedPart trained, FeatureDistance? distance, BatchLoader loader, int epoch, int[] places, PreparationContext context)
    {
        networks.train();
        int count = loader.Images.Count, done = 0;
        foreach (Batch batch in loader.Load(BatchLoader.ShuffledOrder(count, Seed, epoch), Seed, epoch, context.Cancel))
        {
            using DisposeScope scope = NewDisposeScope();
            using (batch)
            {
                Tensor secrets = Secrets([.. batch.Indices.Select(i => places[i])]);
                (Tensor encoded, Tensor residual) = networks.Encode(secrets, batch.Images);
                Tensor reading = nn.functional.binary_cross_entropy_with_logits(networks.Decoder.forward(encoded), secrets);
                Tensor loss = epoch < SecretEpochs ? reading : Weighted(
                    (ResidualWeight, residual.square().mean()), (SecretWeight, reading),
                    (PerceptualWeight, distance?.Between(batch.Images, encoded) ?? zeros(1)));
                trained.ZeroGradients();
                loss.backward();
                trained.Step(LearningRate);
                done += batch.Indices.Count;
                context.Progress.Report(Kind, (epoch + done / (double)count) / Epochs,
                    string.Create(CultureInfo.InvariantCulture, $"epoch {epoch + 1}/{Epochs}  secret loss {reading.item<float>():f3}  residual {residual.square().mean().item<float>():f5}"));
            }
        }
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
                Tensor secrets = Secrets([.. batch.Indices.Select(i => places[i])]);
                Tensor encoded = networks.Encode(secrets, batch.Images).Encoded;
                right += networks.Decoder.forward(encoded).sigmoid().round().eq(secrets).sum().item<long>();
                foreach (float error in (encoded - batch.Images).square().mean([1, 2, 3]).data<float>()) psnr += -10 * Math.Log10(Math.Max(error, 1e-10));
            }
        }
        return
        [
            new AcceptanceCheck("bit accuracy of the decoder", right / (loader.Images.Count * (double)Bits), LeastBitAccuracy, AtLeast: true),
            new AcceptanceCheck("mean PSNR in dB", psnr / loader.Images.Count, LeastPsnr, AtLeast: true),
        ];
    }

    /// <summary>One secret of <see cref="Bits"/> bits a picture of the training split, [B, bits].</summary>
    private Tensor Secrets(int[] pictures)
    {
        float[] bits = [.. pictures.SelectMany(i => Issba.DrawSecret(RandomStream.For(Seed, "issba-secret", i), Bits))];
        return tensor(bits, [pictures.Length, Bits]);
    }

    private static int[] PlacesOf(ImageSet images) => [.. ((SubsetImageSet)images).Indices];

    private static Tensor Weighted(params (double Weight, Tensor Term)[] terms)
    {
        using Tensor weights = tensor([.. terms.Select(t => (float)t.Weight)]);
        return (stack([.. terms.Select(t => t.Term.reshape())]) * weights).sum();
    }
}
