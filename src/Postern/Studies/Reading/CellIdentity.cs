using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;

namespace Postern.Studies;

/// <summary>
/// What decides a cell's result, as text, and the id made of it. Names, options and seed count; labels, the name of the preset
/// and options at their neutral value (<see cref="OptionInfo.Neutral"/>) do not. Of a file that an option names, its content
/// counts and not its path; of what a dataset's <c>path</c> names nothing does: its fingerprint is recorded in <c>cell.json</c>
/// and compared when the cell is resumed.
/// </summary>
internal sealed class CellIdentity
{
    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    /// <summary>What decides the result about a dataset.</summary>
    /// <exception cref="InputException">A file that an option other than <c>path</c> names cannot be read.</exception>
    public string OfDataset(Choice choice) => Lines(choice.Name, choice, choice.Values,
        path => path == choice.File("path") ? "" : ContentOf(path));

    /// <summary>What decides the result about a model or a defence.</summary>
    /// <exception cref="InputException">A file that an option names cannot be read.</exception>
    public string Of(Choice choice) => Lines(choice.Name, choice, choice.Values, ContentOf);

    /// <summary>
    /// What decides the result about an attack on a dataset: its options, <c>auto</c> as what it stands for there, classes by
    /// number where the dataset's names are known without opening it, and which drawing it plants where it plants one.
    /// </summary>
    /// <exception cref="InputException">A file that an option names cannot be read.</exception>
    public string OfAttack(Choice choice, Choice dataset)
    {
        if (choice.Entry is not AttackEntry attack || dataset.Entry is not IDatasetEntry pictures)
            return OfAttackAsWritten(choice);
        DatasetScale scale = pictures.ScaleOf(dataset);
        var planted = new PlantedPictures(dataset.Name, scale.StoredSize, scale.InputSize);
        IReadOnlyDictionary<string, string> values =
            AttackOptions.ByNumber(choice, attack.ValuesOn(choice, planted), scale.ClassNames);
        return Lines(choice.Name, choice, values, ContentFor(choice)) + Drawing(choice);
    }

    /// <summary>
    /// As <see cref="OfAttack"/> until December 2026, when <c>auto</c> was hashed as it was written; the same text where no
    /// option is left to the dataset.
    /// </summary>
    public string OfAttackAsWritten(Choice choice) =>
        Lines(choice.Name, choice, choice.Values, ContentFor(choice)) + Drawing(choice);

    /// <summary>What decides the result about the training: the options, however named.</summary>
    public string OfTraining(Choice choice) => Lines("training", choice, choice.Values, ContentOf);

    /// <summary>
    /// As <see cref="OfTraining"/> until November 2026, when <c>auto</c> was hashed as it was written; the same text where
    /// nothing depends on the machine.
    /// </summary>
    public string OfTrainingAsWritten(Choice choice) =>
        Lines("training", choice, choice.Values.ToDictionary(v => v.Key, v => choice.Written(v.Key)), ContentOf);

    /// <summary>The id of a cell. A defence that is none, and training that starts from nothing, leave no trace in it.</summary>
    /// <param name="grid">Its point of the study's grid.</param>
    /// <param name="attack">What decides the result about the attack (<see cref="OfAttack"/>).</param>
    /// <param name="training">What decides the result about the training (<see cref="OfTraining"/>).</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="pretraining">Id of the cell that training starts from.</param>
    public static string Id(GridPoint grid, string attack, string training, CellSeeds seeds, string? pretraining)
    {
        bool defended = grid.Defence.Choice.Name != DefenceCatalog.None;
        string start = pretraining is null ? "" : $"pretraining={pretraining}\n";
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{grid.Dataset.Identity}{grid.Model.Identity}{attack}{(defended ? grid.Defence.Identity : "")}{training}{start}{seeds.Text}");
        string hash = ShortHash.Of(text);
        string[] names = [.. new[] { grid.Dataset, grid.Model, grid.Attack, grid.Defence }.Take(defended ? 4 : 3)
            .Select(e => Slug.Of(e.Choice.Name))];
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join('_', names)}_s{seeds.Seed}-{hash}");
    }

    /// <summary>
    /// One line for the name and one for each option that is not at its neutral value; lengths keep a value from posing as
    /// another option.
    /// </summary>
    private static string Lines(
        string name, Choice choice, IReadOnlyDictionary<string, string> values, Func<string, string> file)
    {
        var text = new StringBuilder(name).Append('\n');
        foreach (string key in choice.Values.Keys)
        {
            string value = values[key];
            OptionInfo option = choice.Entry.Options.First(o => o.Name == key);
            if (value == option.Neutral) continue;
            string counted = value.Length > 0 && option.Kind == OptionKind.File ? file(value) : value;
            text.Append(CultureInfo.InvariantCulture, $" {key}={counted.Length}:{counted}\n");
        }
        return text.ToString();
    }

    // Which drawing is planted, or that the alpha of a picture masks it, which it did not until November 2026.
    private static string Drawing(Choice choice)
    {
        string? trigger = choice.Values.GetValueOrDefault("trigger") is { Length: > 0 } path ? path : null;
        if (trigger is null)
            return choice.Entry is AttackEntry { Drawing: { Length: > 0 } drawing } ? $" drawing={drawing}\n" : "";
        bool masked = choice.Values.GetValueOrDefault("trigger_mask") is { Length: > 0 };
        return !masked && File.Exists(trigger) && TriggerSource.HasAlpha(trigger) ? " trigger_alpha=mask\n" : "";
    }

    /// <summary>Of a folder of triggered pictures all that lies in it counts, of any other folder its own files.</summary>
    private Func<string, string> ContentFor(Choice choice) =>
        choice.Entry is AttackEntry { Plants: false } ? TreeOf : ContentOf;

    private string TreeOf(string path)
    {
        if (!Directory.Exists(path)) return ContentOf(path);
        if (contents.TryGetValue(path, out string? known)) return known;
        using var tree = new FolderTree(path);
        string[] files = [.. tree.Walk("").SelectMany(l => l.Files)];
        var found = new FileContent[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            if (!tree.TryContent(files[i], out found[i])) tree.Read(files[i], out found[i]);
        });
        tree.Remember();
        string text = string.Concat(files.Zip(found, (f, c) => string.Create(CultureInfo.InvariantCulture,
            $"{f}:{c.Length}:{c.Checksum:x8}\n")));
        return contents[path] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private string ContentOf(string path)
    {
        if (contents.TryGetValue(path, out string? known)) return known;
        try
        {
            // Of a file that is not there (a plan made before the data are) only the name can count.
            if (!Path.Exists(path)) return contents[path] = $"absent:{Path.GetFileName(path)}";
            return contents[path] = Directory.Exists(path) ? HashFolder(path) : HashFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    private static string HashFile(string path)
    {
        PlainFile.Check(path);
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The hash of the names and contents of a folder's own files.</summary>
    private static string HashFolder(
        string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(
        Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(f => $"{Path.GetFileName(f)}:{HashFile(f)}\n")))));
}

/// <summary>A cell's seeds.</summary>
/// <param name="Seed">Of every draw that <paramref name="Poison"/> does not take over.</param>
/// <param name="Poison">Who is poisoned; null where <paramref name="Seed"/> decides that, too, and nothing tells of it.</param>
internal readonly record struct CellSeeds(long Seed, long? Poison)
{
    /// <summary>What they add to what decides a result.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"{(Poison is long poison ? $"poison_seed={poison}\n" : "")}seed={Seed}\n");
}
