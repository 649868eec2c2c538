using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Defences.TrainingRules;

/// <summary>
/// Other views of the pictures of a batch, for learning without labels: a crop, enlarged again, and colours. They come on top of
/// the recipe's own augmentation, which flips where the dataset may be flipped.
/// </summary>
internal static class PictureViews
{
    private const double SmallestCrop = 0.3, Jitter = 0.4, JitterChance = 0.8, GreyChance = 0.2, SmallShift = 0.125;

    /// <summary>SimCLR's: a crop of part of the picture, brightness, contrast and saturation, now and then grey.</summary>
    /// <param name="x">[B, 3, S, S], in [0, 1].</param>
    /// <param name="stream">Draws of the whole batch.</param>
    public static Tensor Strong(Tensor x, RandomStream stream)
    {
        int count = (int)x.shape[0];
        float[] places = new float[6 * count], colours = new float[3 * count];
        for (int i = 0; i < count; i++)
        {
            float side = (float)Math.Sqrt(stream.NextDouble(SmallestCrop, 1));
            Place(places, i, side, side - 1, ref stream);
            bool jitters = stream.NextBool(JitterChance);
            for (int k = 0; k < 3; k++)
            {
                double factor = stream.NextDouble(1 - Jitter, 1 + Jitter);
                colours[3 * i + k] = jitters ? (float)factor : 1;
            }
            if (stream.NextBool(GreyChance)) colours[3 * i + 2] = 0;
        }
        Tensor factors = tensor(colours, [count, 3, 1, 1], device: x.device);
        Tensor bright = (Sampled(x, places) * factors.narrow(1, 0, 1)).clamp(0, 1);
        Tensor mean = Grey(bright).mean([2, 3], keepdim: true);
        Tensor contrasted = (mean + (bright - mean) * factors.narrow(1, 1, 1)).clamp(0, 1), grey = Grey(contrasted);
        return (grey + (contrasted - grey) * factors.narrow(1, 2, 1)).clamp(0, 1);
    }

    /// <summary>The pictures moved a little; what comes in at an edge is the edge.</summary>
    /// <param name="x">[B, 3, S, S].</param>
    /// <param name="stream">Draws of the whole batch.</param>
    public static Tensor Weak(Tensor x, RandomStream stream)
    {
        float[] places = new float[6 * (int)x.shape[0]];
        for (int i = 0; i < x.shape[0]; i++) Place(places, i, 1, 2 * SmallShift, ref stream);
        return Sampled(x, places);
    }

    /// <summary>A square of a side, of 1, about a centre within <paramref name="reach"/> of the middle, as a transform.</summary>
    private static void Place(float[] places, int picture, float side, double reach, ref RandomStream stream)
    {
        double far = Math.Abs(reach);
        (places[6 * picture], places[6 * picture + 4]) = (side, side);
        places[6 * picture + 2] = (float)stream.NextDouble(-far, far);
        places[6 * picture + 5] = (float)stream.NextDouble(-far, far);
    }

    private static Tensor Sampled(Tensor x, float[] places)
    {
        using Tensor transforms = tensor(places, [x.shape[0], 2, 3], device: x.device);
        using Tensor grid = nn.functional.affine_grid(transforms, x.shape, align_corners: false);
        return nn.functional.grid_sample(x, grid, padding_mode: GridSamplePaddingMode.Border, align_corners: false);
    }

    private static Tensor Grey(Tensor x) => (0.299 * x.narrow(1, 0, 1)) + 0.587 * x.narrow(1, 1, 1) + 0.114 * x.narrow(1, 2, 1);
}
