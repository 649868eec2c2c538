using Postern.Learning;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences;

/// <summary>
/// A model as it takes pictures in [0, 1], [B, 3, S, S]: what a defence adds, scales or searches is in pixels, and normalisation
/// comes after it. Always in evaluation mode.
/// </summary>
internal sealed class PixelClassifier : IDisposable
{
    private readonly Backbone model;
    private readonly Normalisation normalisation;

    /// <summary>Puts <paramref name="model"/> into evaluation mode.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="clean">Has the dataset's normalisation.</param>
    public PixelClassifier(Backbone model, CleanPictures clean)
    {
        SelfCheck.Ensure(model.Precision == Precision.BFloat16);
        model.eval();
        this.model = model;
        BatchLoader loader = clean.Tuning;
        normalisation = loader.Device.Place(new Normalisation(loader.Mean, loader.Std));
    }

    /// <summary>[B, classes].</summary>
    public Tensor Logits(Tensor pixels) => model.forward(normalisation.forward(pixels));

    /// <summary>Features before the classifier, [B, d].</summary>
    /// <exception cref="NotApplicableException">The network shows no such features.</exception>
    public Tensor Features(Tensor pixels) => Sites.FeatureMaps.Penultimate(model, normalisation.forward(pixels));

    /// <summary>[B, classes], float64 probabilities without gradient.</summary>
    public Tensor Probabilities(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return Logits(pixels).to(ScalarType.Float64).softmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>The class with the largest logit of each picture.</summary>
    public int[] Predict(Tensor pixels)
    {
        using IDisposable inference = inference_mode();
        return Training.Predictions.Of(Logits, pixels);
    }

    /// <summary>Releases the normalisation; the model stays.</summary>
    public void Dispose() => normalisation.Dispose();
}
