using System.Text.RegularExpressions;
using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>The lines with which a study file names a dataset, to paste.</summary>
public static partial class StudyLines
{
    /// <summary>Name, absolute path and whatever is not at its default.</summary>
    public static string Of(Choice dataset)
    {
        IEnumerable<string> options =
            from option in dataset.Entry.Options
            let value = dataset.Values[option.Name]
            where value != option.Default
            select $"{option.Name}: {Scalar(option.Kind == OptionKind.File ? Path.GetFullPath(value) : value)}";
        return $"datasets:\n  - {{{string.Join(", ", options.Prepend($"name: {dataset.Name}"))}}}";
    }

    // In single quotes YAML takes everything as it is, but for the quote itself.
    private static string Scalar(string value) =>
        Plain().IsMatch(value) ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9/][A-Za-z0-9_./-]*\z")]
    private static partial Regex Plain();
}
