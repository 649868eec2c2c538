using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training;
using Postern.Training.Stages;

namespace Postern.Studies.Export;

/// <summary>
/// A dataset with an attack planted, as pictures of 8 bits: rounding moves a value by at most half a step. Where the trigger enters
/// after the crop (ImageNet), all pictures are the model's input, cropped to the centre; otherwise they are the stored ones.
/// </summary>
/// <param name="Attack">The attack, prepared where it is a learned one.</param>
/// <param name="Dataset">The clean dataset.</param>
/// <param name="Plan">Who is poisoned.</param>
public sealed record PoisonedSet(Attack Attack, Dataset Dataset, PoisonPlan Plan)
{
    private bool IsCropped => Dataset.InputSize != Dataset.Train.Size;

    /// <summary>Side of the pictures.</summary>
    public int Side => Attack.EntersAtInput(IsCropped) ? Dataset.InputSize : Dataset.Train.Size;

    /// <summary>The training split: every picture, the poisoned ones with their trigger, under the labels that they are trained with.</summary>
    internal ExportPart Train => Part("train", Dataset.Train, [.. Enumerable.Range(0, Dataset.Train.Count)], new PoisonedSamples(Attack, Plan, IsCropped));

    /// <summary>The test split, untouched.</summary>
    internal ExportPart CleanTest => Part("val", Dataset.Test, [.. Enumerable.Range(0, Dataset.Test.Count)], null);

    /// <summary>The test pictures that count for ASR, with the test-time trigger, under their true labels.</summary>
    internal ExportPart TriggeredTest => Part("triggered", Dataset.Test,
        [.. Enumerable.Range(0, Dataset.Test.Count).Where(i => Attack.CountsForAsr(Dataset.Test.Labels[i]))], new TriggeredSamples(Attack, IsCropped));

    /// <summary>The test-time trigger on a picture of middle grey.</summary>
    public RgbImage Trigger()
    {
        float[] pixels = new float[3 * Side * Side];
        Array.Fill(pixels, 128 / 255f);
        Attack.ApplyTest(0, pixels, Side);
        return Rounded(pixels, Side);
    }

    private ExportPart Part(string name, ImageSet images, int[] indices, ISampleEditor? editor) => new(name, indices,
        index => editor?.LabelOf(index, images.Labels[index]) ?? images.Labels[index], index => Picture(images, index, editor));

    private RgbImage Picture(ImageSet images, int index, ISampleEditor? editor)
    {
        var stored = new RgbImage(images.Size, images.Size);
        images.Read(index, stored.Pixels);
        bool edits = editor?.Edits(index) ?? false;
        if (!edits && Side == images.Size) return stored;
        float[] pixels = Array.ConvertAll(stored.Pixels, v => v / 255f);
        if (edits) editor!.EditStored(index, pixels, images.Size);
        if (Side == images.Size) return Rounded(pixels, Side);
        float[] input = new float[3 * Side * Side];
        Crops.Centre(pixels, images.Size, input, Side);
        if (edits) editor!.EditInput(index, input, Side);
        return Rounded(input, Side);
    }

    private static RgbImage Rounded(float[] pixels, int side) =>
        new(side, side, Array.ConvertAll(pixels, v => (byte)Math.Clamp(MathF.Round(v * 255f), 0f, 255f)));
}

/// <summary>Some pictures to be written.</summary>
/// <param name="Name">Name of the split.</param>
/// <param name="Indices">Which pictures of it.</param>
/// <param name="LabelOf">The label that a picture is written with.</param>
/// <param name="PictureOf">The picture; safe from several threads.</param>
internal sealed record ExportPart(string Name, IReadOnlyList<int> Indices, Func<int, int> LabelOf, Func<int, RgbImage> PictureOf);
