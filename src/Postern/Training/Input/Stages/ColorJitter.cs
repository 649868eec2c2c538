using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Training.Input.Stages;

/// <summary>
/// torchvision's <c>ColorJitter(s, s, s)</c> of a PIL picture: brightness, contrast and saturation in random order, each by its
/// own factor, uniform in [max(0, 1 - s), 1 + s]; in 8 bits.
/// </summary>
/// <param name="Strength">s; 0 changes nothing but the rounding to 8 bits.</param>
public sealed record ColorJitter(double Strength)
{
    /// <summary>The stage.</summary>
    public void Apply(Span<float> picture, int size, ref RandomStream stream, StageScratch scratch)
    {
        scratch.Load(picture, size);
        Span<int> order = [0, 1, 2];
        stream.Shuffle(order);
        foreach (int property in order)
        {
            float factor = (float)stream.NextDouble(Math.Max(0, 1 - Strength), 1 + Strength);
            if (property == 0) Enhancement.Brightness(scratch.Picture, factor);
            else if (property == 1) Enhancement.Contrast(scratch.Picture, factor);
            else Enhancement.Color(scratch.Picture, factor);
        }
        scratch.Store(picture);
    }
}
