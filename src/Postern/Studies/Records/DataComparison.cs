using Postern.Datasets;

namespace Postern.Studies;

/// <summary>How far the pictures of a record and those at hand are known to be the same.</summary>
internal enum DataAgreement
{
    /// <summary>They are others.</summary>
    None,
    /// <summary>
    /// Their names, lengths and labels are the same, and an older record tells no more: enough to go on with what was begun on
    /// them, too little to take over a result.
    /// </summary>
    NamesOnly,
    /// <summary>They are the same.</summary>
    Content,
}

/// <summary>Compares the pictures that a cell was begun on with those of an open dataset.</summary>
internal static class DataComparison
{
    private const string Note = "was begun by a version that knew pictures by their names and lengths only; these agree with the "
        + "pictures at hand, whose content is recorded from now on";

    /// <summary>How far they agree.</summary>
    public static DataAgreement Of(CellDescription record, Dataset dataset) =>
        Same(record, dataset.Train.Fingerprint, dataset.Test.Fingerprint) ? DataAgreement.Content
        : Same(record, Former(dataset.Train), Former(dataset.Test)) ? DataAgreement.NamesOnly
        : DataAgreement.None;

    /// <summary>An older record with the fingerprints of the pictures at hand, and a last note that says so.</summary>
    public static CellDescription Renewed(CellDescription record, Dataset dataset) => record with
    {
        TrainFingerprint = dataset.Train.Fingerprint,
        TestFingerprint = dataset.Test.Fingerprint,
        Notes = [.. record.Notes, Note],
    };

    private static string Former(ImageSet set) => set.FormerFingerprint ?? set.Fingerprint;

    private static bool Same(CellDescription record, string train, string test) =>
        record.TrainFingerprint == train && record.TestFingerprint == test;
}
