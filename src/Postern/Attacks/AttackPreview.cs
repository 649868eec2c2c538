using System.Globalization;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training.Input;
using Postern.Training.Input.Stages;

namespace Postern.Attacks;

/// <summary>What a test-time trigger does to some pictures as the model sees them, to be looked at and in numbers.</summary>
/// <param name="Sheet">
/// One row a picture: clean, triggered, and the residual around middle grey, under headings that state its factor.
/// </param>
/// <param name="Changes">The measures, in the order of the pictures.</param>
public sealed record AttackPreview(RgbImage Sheet, IReadOnlyList<TriggerChange> Changes)
{
    private const int WidthOnSheet = 128;

    // Round ones, so that a factor reads well; the smallest keeps even black on white within the range.
    private static readonly double[] Factors = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100];

    /// <summary>The first pictures of <paramref name="set"/> that count for the attack's ASR.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="set">The test split.</param>
    /// <param name="count">Pictures to show, at least one.</param>
    /// <param name="inputSize">Side of the model's input.</param>
    /// <exception cref="InputException">No picture of the split counts.</exception>
    public static AttackPreview Of(Attack attack, ImageSet set, int count, int inputSize)
    {
        int[] chosen = [.. attack.CountedForAsr(set.Labels).Take(count)];
        if (chosen.Length == 0)
            throw new InputException(attack.Name,
                "no test picture counts for its ASR; choose a target (and a source class) that the dataset has");
        return Of(attack, [.. chosen.Select(index =>
        {
            var picture = new RgbImage(set.Size, set.Size);
            set.Read(index, picture.Pixels);
            return picture;
        })], inputSize, chosen);
    }

    /// <summary>
    /// Plants <paramref name="attack"/>'s trigger into each of <paramref name="pictures"/>, at its stage, and crops to the
    /// centre.
    /// </summary>
    /// <param name="attack">The attack.</param>
    /// <param name="pictures">Square stored pictures, at least one.</param>
    /// <param name="inputSize">Side of the model's input, at most that of a picture; 0 for the first picture's own.</param>
    /// <param name="indices">Their indices in the test split, which attacks with draws of their own go by; null for 0, 1, 2
    /// ...</param>
    /// <exception cref="ArgumentException">A picture is not square or smaller than the input, or there is none.</exception>
    public static AttackPreview Of(
        Attack attack, IReadOnlyList<RgbImage> pictures, int inputSize = 0, IReadOnlyList<int>? indices = null)
    {
        if (inputSize == 0 && pictures.Count > 0) inputSize = pictures[0].Width;
        var shown = new List<(float[] Clean, float[] Triggered)>();
        for (int i = 0; i < pictures.Count; i++)
        {
            RgbImage picture = pictures[i];
            if (picture.Width != picture.Height || picture.Width < inputSize)
                throw new ArgumentException(
                    $"picture {i} is {picture.Width}x{picture.Height}, expected a square of at least {inputSize}",
                    nameof(pictures));
            float[] clean = AsInput(picture, inputSize, null, i);
            float[] triggered = AsInput(picture, inputSize, new TriggeredSamples(attack, Crops: picture.Width != inputSize),
                indices?[i] ?? i);
            shown.Add((clean, triggered));
        }
        TriggerChange[] changes = [.. shown.Select(s => TriggerChange.Between(s.Clean, s.Triggered))];
        double factor = FactorFor(changes.Select(c => c.LInf).DefaultIfEmpty(0).Max());
        string[] headings = ["clean", "triggered", $"change {FactorText(factor)}"];
        FigureTile[][] rows = [.. shown.Select((s, row) => new[]
        {
            RgbImage.Rounded(s.Clean, inputSize), RgbImage.Rounded(s.Triggered, inputSize),
            Residual(s.Clean, s.Triggered, inputSize, factor),
        }.Select((picture, column) => new FigureTile(picture, row == 0 ? [headings[column]] : [])).ToArray())];
        // With letters of dots, so that the same attack has the same sheet on every machine.
        int side = inputSize * Math.Max(1, WidthOnSheet / Math.Max(1, inputSize));
        return new AttackPreview(new FigureGrid(rows, side) { Dots = true }.Draw(), changes);
    }

    /// <summary>The way of a test picture: stored trigger, centre crop, cropped trigger.</summary>
    /// <param name="picture">A square stored picture.</param>
    /// <param name="inputSize">Side of the model's input.</param>
    /// <param name="transform">Plants the trigger; null for the clean picture.</param>
    /// <param name="index">Its index in the test split.</param>
    /// <returns>[3, inputSize, inputSize], [0, 1].</returns>
    public static float[] AsInput(RgbImage picture, int inputSize, ISampleTransform? transform, int index)
    {
        float[] stored = Array.ConvertAll(picture.Pixels, v => v / 255f), input = new float[3 * inputSize * inputSize];
        transform?.ChangeStored(index, stored, picture.Width);
        Crops.Centre(stored, picture.Width, input, inputSize);
        transform?.ChangeInput(index, input, inputSize);
        return input;
    }

    /// <summary>What was added, times a factor, around middle grey.</summary>
    /// <param name="clean">[3, size, size], [0, 1].</param>
    /// <param name="triggered">[3, size, size], [0, 1].</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="factor">Such as <see cref="FactorFor"/> gives.</param>
    public static RgbImage Residual(float[] clean, float[] triggered, int size, double factor) =>
        RgbImage.Rounded([.. clean.Zip(triggered, (before, after) => 128 / 255f + (float)factor * (after - before))], size);

    /// <summary>The largest round factor at which a change stays within the range, so that its shape can be seen.</summary>
    /// <param name="largest">The largest change of a value, of [0, 1].</param>
    public static double FactorFor(double largest) =>
        Factors.Where(f => f * largest <= 127 / 255.0).DefaultIfEmpty(Factors[0]).Max();

    /// <summary>A factor as it stands over a picture: <c>x0.5</c>.</summary>
    public static string FactorText(double factor) => string.Create(CultureInfo.InvariantCulture, $"x{factor}");
}
