using Postern.Datasets;
using Postern.Imaging;
using Postern.Training;

namespace Postern.Studies.PoisonedSets;

/// <summary>Pictures of a split that are written under one name.</summary>
/// <param name="Name">Name of the folder or file.</param>
/// <param name="Images">The split.</param>
/// <param name="Indices">Which of its pictures, ascending.</param>
/// <param name="Editor">Changes pictures and labels; null leaves both as they are.</param>
internal sealed record PoisonedPart(string Name, ImageSet Images, IReadOnlyList<int> Indices, ISampleEditor? Editor)
{
    /// <summary>Every picture of a split.</summary>
    internal static PoisonedPart Whole(string name, ImageSet images, ISampleEditor? editor) =>
        new(name, images, [.. Enumerable.Range(0, images.Count)], editor);

    /// <summary>How many pictures the trigger is planted into.</summary>
    internal int Triggered => Editor is null ? 0 : Indices.Count(Editor.Edits);

    /// <summary>The file's name of the picture at <paramref name="position"/>: its index in the split.</summary>
    internal string FileOf(int position)
    {
        int digits = Math.Max(5, (Images.Count - 1).ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        return $"{Indices[position].ToString($"d{digits}", System.Globalization.CultureInfo.InvariantCulture)}.png";
    }

    /// <summary>The label that the picture at <paramref name="position"/> is written with.</summary>
    internal int LabelOf(int position)
    {
        int index = Indices[position], label = Images.Labels[index];
        return Editor?.LabelOf(index, label) ?? label;
    }

    /// <summary>The picture at <paramref name="position"/> as a PNG, 8-bit; one that is not triggered keeps its values.</summary>
    internal byte[] Encode(int position)
    {
        int index = Indices[position], size = Images.Size;
        var picture = new RgbImage(size, size);
        Images.Read(index, picture.Pixels);
        if (Editor is not null && Editor.Edits(index))
        {
            float[] pixels = Array.ConvertAll(picture.Pixels, v => v / 255f);
            Editor.EditStored(index, pixels, size);
            picture = RgbImage.Rounded(pixels, size);
        }
        return ImageFile.EncodePng(picture);
    }
}
