using System.CommandLine;
using Postern.Studies;

namespace Postern.Cli.Commands;

/// <summary>The arguments that commands about a study share.</summary>
/// <param name="takesCell">Whether the folder of one cell may be named, too.</param>
internal sealed class StudyArguments(bool takesCell = false)
{
    private readonly Argument<string> file = new("study")
    {
        Description = takesCell ? "study file (YAML), the folder of its results (runs/NAME), or that of one cell in it"
            : "study file (YAML), or the folder of its results (runs/NAME)",
    };
    private readonly Option<string[]> set = new("--set")
    {
        HelpName = "KEY=VALUE",
        Description = "override a value of the study file: train.epochs=3, seeds=0,1, or attacks.badnets.poison_rate=0.01,0.05 for a grid "
            + "(repeatable)",
    };
    private readonly Option<string[]> only = new("--only")
    {
        HelpName = "TERM",
        Description = "only cells that match: attack=badnets,blend, model=vim-mini, seed=0 or a part of the id (repeatable)",
    };
    private readonly Option<string> output = new("--out")
    {
        HelpName = "FOLDER",
        Description = "folder of results",
        DefaultValueFactory = _ => "runs",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(file);
        command.Options.Add(set);
        command.Options.Add(only);
        command.Options.Add(output);
    }

    /// <summary>What was named as the study.</summary>
    public string Named(ParseResult parsed) => parsed.GetValue(file)!;

    /// <summary>The arguments that name the whole study, with its values and folder, once more.</summary>
    public IReadOnlyList<string> Again(ParseResult parsed) =>
        [Named(parsed), "--out", Output(parsed), .. (parsed.GetValue(set) ?? []).SelectMany(s => new[] { "--set", s })];

    /// <summary>Whether cells are chosen or values are set, which a folder of results knows nothing of.</summary>
    public bool HasChoices(ParseResult parsed) =>
        parsed.GetValue(set) is { Length: > 0 } || parsed.GetValue(only) is { Length: > 0 };

    /// <summary>The study that was named, and where its results are.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="planOnly">Whether nothing is run, so that data need not be there.</param>
    /// <param name="path">Another study file than the one that was named first.</param>
    public RunFolder Folder(ParseResult parsed, bool planOnly, string? path = null)
    {
        string named = path ?? Named(parsed);
        if (takesCell && RecordedCell.IsAt(named))
        {
            (named, string cell) = Parts(named);
            RunFolder whole = Folder(parsed, planOnly, named);
            return whole with { Study = whole.Study.Only([cell]) };
        }
        (string file, string results) = Directory.Exists(named) ? StudyIn(named) : (named, Output(parsed));
        Study study = ReadFile(file, parsed.GetValue(set) ?? [], planOnly);
        return new RunFolder(parsed.GetValue(only) is { Length: > 0 } terms ? study.Only(terms) : study, results);
    }

    private static (string Folder, string Name) Parts(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return (Path.GetDirectoryName(full)!, Path.GetFileName(full));
    }

    // A run leaves its study with its results, so that their folder names both.
    private static (string File, string Results) StudyIn(string folder)
    {
        string file = Path.Combine(folder, RunFolder.StudyFileName);
        if (!File.Exists(file)) throw new InputException(folder,
            $"has no {RunFolder.StudyFileName}, which a run leaves there; name the study file{Suggested(folder)}");
        return (file, Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder);
    }

    private static string Suggested(string folder)
    {
        string name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}.yaml";
        return Directory.Exists("studies")
            && Directory.EnumerateFiles("studies", name, SearchOption.AllDirectories).FirstOrDefault() is string file
            ? $", perhaps {file}" : "";
    }

    /// <summary>
    /// Whether a path is a folder without a study's copy and without cells of its own: perhaps one of many studies.
    /// </summary>
    public static bool IsFolderOfStudies(string path) => Directory.Exists(path)
        && !File.Exists(Path.Combine(path, RunFolder.StudyFileName))
        && !Directory.EnumerateDirectories(path).Any(RecordedCell.IsAt);

    /// <summary>A study file with everything that this program knows.</summary>
    public static Study ReadFile(string path, IReadOnlyList<string> sets, bool planOnly = false) =>
        StudyFile.Read(path, Catalogs, sets, planOnly);

    /// <summary>Everything that this program knows.</summary>
    internal static StudyCatalogs Catalogs => ShippedCatalogs.All;

    private string Output(ParseResult parsed) => parsed.GetValue(output)!;
}
