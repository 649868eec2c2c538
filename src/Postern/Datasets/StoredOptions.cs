using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>The options that all datasets on disk share: where they are and how much of them is used.</summary>
internal static class StoredOptions
{
    internal static readonly IReadOnlyList<OptionInfo> All =
    [
        new("path", OptionKind.File, "", "where the dataset lies: a folder or a file; its layout is recognised"),
        new("train_subset", OptionKind.Integer, "0", "training pictures used, every class at its share; 0 for all") { Min = 0 },
        new("test_subset", OptionKind.Integer, "0", "test pictures used, every class at its share; 0 for all") { Min = 0 },
        new("subset_seed", OptionKind.Integer, "0", "decides which pictures a subset takes"),
    ];

    /// <summary>For image folders: the classes of a test split that has no class folders.</summary>
    internal static OptionInfo Labels { get; } =
        new("labels", OptionKind.File, "",
            "text file with the classes of test pictures that lie in no class folders: a picture's name and its class a line; "
            + "empty to look for one beside them")
        {
            Neutral = "",
        };

    /// <summary>The path, which must be given and exist.</summary>
    /// <exception cref="InputException">No path, or nothing there.</exception>
    internal static string PathOf(Choice choice)
    {
        string path = choice.File("path") ?? throw choice.Error($"{choice.Name} needs 'path', where the dataset lies");
        return Path.Exists(path) ? path : throw new InputException(path,
            $"there is no such file or folder; 'path' of {choice.Name} must name it");
    }

    /// <summary>The dataset with its splits cut down as the choice says.</summary>
    /// <exception cref="InputException">A subset larger than the split.</exception>
    internal static Dataset Limit(Choice choice, Dataset dataset) => dataset with
    {
        Train = Limit(choice, "train_subset", dataset.Train),
        Test = Limit(choice, "test_subset", dataset.Test),
    };

    private static ImageSet Limit(Choice choice, string option, ImageSet set)
    {
        int count = choice.Integer(option);
        if (count == 0) return set;
        if (count > set.Count) throw choice.Error($"{option} is {count}, but the split has {set.Count} pictures");
        return new SubsetImageSet(set, SubsetImageSet.Stratified(set.Labels, count, choice.Integer("subset_seed")));
    }
}
