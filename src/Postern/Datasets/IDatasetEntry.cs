using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>A dataset that a study can name: how it is recognised on disk and how it is opened.</summary>
public interface IDatasetEntry : ICatalogEntry
{
    /// <summary>Whether <paramref name="path"/> looks like one of this dataset's layouts; opens no picture.</summary>
    bool Recognises(string path);

    /// <summary>
    /// The options with which a study names what lies at <paramref name="path"/>, which is recognised: the path, and what else
    /// must be given.
    /// </summary>
    IReadOnlyDictionary<string, string> OptionsAt(string path) => new Dictionary<string, string> { ["path"] = path };

    /// <summary>How large the dataset is that <paramref name="choice"/> names, as published; nothing is opened.</summary>
    DatasetScale ScaleOf(Choice choice);

    /// <summary>
    /// How many pictures there are of what <paramref name="choice"/> names, by files' names alone, for a forecast; a guess says
    /// so.
    /// </summary>
    /// <exception cref="InputException">A folder or file that cannot be read.</exception>
    DatasetScale Counted(Choice choice) =>
        choice.Values.TryGetValue("path", out string? path) && !Path.Exists(path)
            ? ScaleOf(choice) with { Guess = "it is not there, so that its published size stands for it" } : ScaleOf(choice);

    /// <summary>What its pictures are normalised with.</summary>
    PixelConstants Pixels => PixelConstants.ImageNet;

    /// <summary>
    /// Side of the model's input; null where a study gives it.
    /// </summary>
    int? InputSide => null;

    /// <summary>Opens both splits as <paramref name="choice"/> says.</summary>
    /// <exception cref="InputException">A missing, odd or damaged file; the message names it.</exception>
    Dataset Open(Choice choice);
}
