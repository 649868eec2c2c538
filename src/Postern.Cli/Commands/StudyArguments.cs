using System.CommandLine;
using Postern.Attacks;
using Postern.Datasets;
using Postern.Defenses;
using Postern.Models;
using Postern.Studies;
using Postern.Training;

namespace Postern.Cli.Commands;

/// <summary>The arguments that commands about a study share.</summary>
internal sealed class StudyArguments
{
    private readonly Argument<string> file = new("study") { Description = "study file (YAML)" };
    private readonly Option<string[]> set = new("--set") { Description = "override a value of the study file, e.g. train.epochs=3 (repeatable)" };
    private readonly Option<string[]> only = new("--only") { Description = "only cells that match: model=vim-mini, attack=badnets, seed=0 or a part of the id" };
    private readonly Option<string> output = new("--out") { Description = "folder of results", DefaultValueFactory = _ => "runs" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(file);
        command.Options.Add(set);
        command.Options.Add(only);
        command.Options.Add(output);
    }

    public string Output(ParseResult parsed) => parsed.GetValue(output)!;

    /// <summary>The study that was named.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="planOnly">Whether nothing is run, so that data need not be there.</param>
    public Study Read(ParseResult parsed, bool planOnly)
    {
        Study study = ReadFile(parsed.GetValue(file)!, parsed.GetValue(set) ?? [], planOnly);
        return parsed.GetValue(only) is { Length: > 0 } terms ? study.Only(terms) : study;
    }

    /// <summary>A study file with everything that this program knows.</summary>
    public static Study ReadFile(string path, IReadOnlyList<string> sets, bool planOnly = false) =>
        StudyFile.Read(path, new StudyCatalogs(DatasetCatalog.All, ModelCatalog.All, AttackCatalog.All, DefenseCatalog.All, PresetCatalog.All), sets, planOnly);
}
