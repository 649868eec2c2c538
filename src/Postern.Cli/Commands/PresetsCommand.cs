using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Training.Recipes;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern presets [NAME]</c>: the named training settings, and what one sets for a dataset and a model.</summary>
internal static class PresetsCommand
{
    private const string Source = "presets";

    // The size of the training set decides one note only, about the running mean.
    private const int ImageNetSize = 1_281_167, SmallSize = 50_000;

    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "a preset, for what it sets", Arity = ArgumentArity.ZeroOrOne };
        var dataset = new Option<string>("--dataset")
        {
            HelpName = "NAME",
            Description = "for this dataset",
            DefaultValueFactory = _ => "cifar10",
        };
        var model = new Option<string>("--model")
        {
            HelpName = "NAME",
            Description = "for this model",
            DefaultValueFactory = _ => "vim-cifar",
        };
        name.CompletionSources.Add(_ => PresetCatalog.All.Select(p => p.Name));
        dataset.CompletionSources.Add(_ => DatasetCatalog.All.Select(d => d.Name));
        model.CompletionSources.Add(_ => ModelCatalog.All.Select(m => m.Name));
        var json = new JsonOption();
        var command = new ShownCommand("presets", "List the training presets, or show every option of one.",
            "postern presets paper-finetune --dataset imagenet --model vim-tiny")
        {
            name, dataset, model, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not string wanted)
            {
                if (parsed.GetValue(json)) JsonOutput.Write(PresetCatalog.All.Select(p => new PresetListing(p.Name, p.Summary)));
                else List();
                return ExitCode.Done;
            }
            IPreset preset = PresetCatalog.All.Get(wanted, Source);
            ICatalogEntry data = DatasetCatalog.All.Get(parsed.GetValue(dataset)!, Source);
            ICatalogEntry backbone = ModelCatalog.All.Get(parsed.GetValue(model)!, Source);
            ICatalogEntry resolved = preset.For(new Choice(data), new Choice(backbone));
            string[] notes = [.. TrainingNotes.Of(TrainingOptions.Settings(new Choice(resolved)),
                data.Name == "imagenet" ? ImageNetSize : SmallSize)];
            if (parsed.GetValue(json)) JsonOutput.Write(ResolvedPresetListing.Of(resolved, data, backbone, notes));
            else Show(resolved, notes);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(ICatalogEntry resolved, IEnumerable<string> notes)
    {
        OptionTable.Write(resolved);
        foreach (string note in notes) AnsiConsole.MarkupLineInterpolated($"[blue]note[/]: {note}");
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("preset", "what");
        table.Columns[0].NoWrap();
        foreach (IPreset preset in PresetCatalog.All) table.AddRow(preset.Name, Markup.Escape(preset.Summary));
        AnsiConsole.Write(table);
    }
}
