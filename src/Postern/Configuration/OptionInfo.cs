namespace Postern.Configuration;

/// <summary>What kind of value an option takes.</summary>
public enum OptionKind
{
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>A decimal number, kept exact (a poisoning rate of 0.009 of 50,000 is 450).</summary>
    Number,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,
    /// <summary>A word, one of <see cref="OptionInfo.Allowed"/> where those are given.</summary>
    Word,
    /// <summary>Whole numbers separated by commas, e.g. <c>50,75</c>; may be empty.</summary>
    Integers,
    /// <summary>A path, taken relative to the file that names it; empty for none.</summary>
    File,
}

/// <summary>
/// One option of an attack, a model, a dataset or the training: what a study file may set.
/// </summary>
/// <param name="Name">The key in the study file, <c>snake_case</c>.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Default">Its value where the study is silent, in the text form of the study file.</param>
/// <param name="Meaning">One line for the user, with the unit.</param>
public sealed record OptionInfo(string Name, OptionKind Kind, string Default, string Meaning)
{
    /// <summary>The words allowed, empty for any.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Smallest value of a number, inclusive.</summary>
    public decimal Min { get; init; } = decimal.MinValue;

    /// <summary>Largest value of a number, inclusive.</summary>
    public decimal Max { get; init; } = decimal.MaxValue;

    /// <summary>
    /// Whether a name may stand in place of a number or of one of several (of a class, by what it is called; a name with a comma
    /// by its number only); whoever knows the names resolves it.
    /// </summary>
    public bool TakesName { get; init; }

    /// <summary>
    /// Whether its value decides what is learnt in training; false where it decides only how a trained model is tested, so that
    /// cells which differ in it share one training.
    /// </summary>
    public bool DecidesTraining { get; init; } = true;

    /// <summary>
    /// The value that means "as before there was this option": it leaves no trace in a cell's id, so that results from before are
    /// found again. To be set on every option that is added; null for those that ids have always told of.
    /// </summary>
    public string? Neutral { get; init; }

    /// <summary>Another default for studies that set another option, too; null for one default in all.</summary>
    public DefaultBeside? Beside { get; init; }

    /// <summary>
    /// What a value stands for on this machine, where it is not itself (<c>auto</c>); null where all values are.
    /// </summary>
    public Func<string, string>? Resolve { get; init; }
}

/// <summary>The value of an option where a study is silent about it and sets another one to something.</summary>
/// <param name="Option">The other option, of the same entry.</param>
/// <param name="Default">The value, in the text form of the study file.</param>
public sealed record DefaultBeside(string Option, string Default);

/// <summary>Something a study can name: an attack, a model, a dataset, a preset.</summary>
public interface ICatalogEntry
{
    /// <summary>The name in the study file.</summary>
    string Name { get; }

    /// <summary>One line for listings.</summary>
    string Summary { get; }

    /// <summary>What a study may set on it.</summary>
    IReadOnlyList<OptionInfo> Options { get; }
}
