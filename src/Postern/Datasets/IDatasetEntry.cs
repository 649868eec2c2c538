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

    /// <summary>Opens both splits as <paramref name="choice"/> says.</summary>
    /// <exception cref="InputException">A missing, odd or damaged file; the message names it.</exception>
    Dataset Open(Choice choice);
}
