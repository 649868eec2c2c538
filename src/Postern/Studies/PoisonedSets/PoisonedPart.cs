using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Training.Input;

namespace Postern.Studies.PoisonedSets;

/// <summary>Pictures of a split that are written under one name.</summary>
/// <param name="Name">Name of the folder or file.</param>
/// <param name="Images">The split.</param>
/// <param name="Indices">Which of its pictures, ascending.</param>
/// <param name="Transform">Changes pictures and labels; null leaves both as they are.</param>
internal sealed record PoisonedPart(string Name, ImageSet Images, IReadOnlyList<int> Indices, ISampleTransform? Transform)
{
    private string[]? names;

    /// <summary>Every picture of a split.</summary>
    internal static PoisonedPart Whole(string name, ImageSet images, ISampleTransform? transform) =>
        new(name, images, [.. Enumerable.Range(0, images.Count)], transform);

    /// <summary>How many pictures the trigger is planted into.</summary>
    internal int Triggered => Transform is null ? 0 : Indices.Count(Transform.Changes);

    /// <summary>
    /// The file's name of the picture at <paramref name="position"/>: its own where it has one, else its index in the split.
    /// </summary>
    internal string FileOf(int position) => (names ??= PictureNames.Of(Images, Indices, LabelOf))[position];

    /// <summary>The index of the picture at <paramref name="position"/> in its split.</summary>
    internal int IndexOf(int position) => Indices[position];

    /// <summary>The plan that decides who of a training split is a cover; null for other splits, which have none.</summary>
    internal PoisonPlan? Plan { get; init; }

    /// <summary>Whether the picture at <paramref name="position"/> is a poison or a cover.</summary>
    internal (bool Poisoned, bool Cover) RoleOf(int position)
    {
        int index = Indices[position];
        if (Transform?.Changes(index) != true) return (false, false);
        bool cover = Plan?.Of(index).Role == PoisonPlan.Role.Cover;
        return (!cover, cover);
    }

    /// <summary>The class that the picture at <paramref name="position"/> shows.</summary>
    internal int TrueLabelOf(int position) => Images.Labels[Indices[position]];

    /// <summary>The label that the picture at <paramref name="position"/> is written with.</summary>
    internal int LabelOf(int position)
    {
        int index = Indices[position], label = Images.Labels[index];
        return Transform?.LabelOf(index, label) ?? label;
    }

    /// <summary>The picture at <paramref name="position"/> as a PNG, 8-bit; one that is not triggered keeps its values.</summary>
    internal byte[] Encode(int position)
    {
        int index = Indices[position], size = Images.Size;
        var picture = new RgbImage(size, size);
        Images.Read(index, picture.Pixels);
        if (Transform is not null && Transform.Changes(index))
        {
            float[] pixels = Array.ConvertAll(picture.Pixels, v => v / 255f);
            Transform.ChangeStored(index, pixels, size);
            picture = RgbImage.Rounded(pixels, size);
        }
        return ImageFile.EncodePng(picture);
    }
}
