using System.CommandLine;
using Postern.Attacks;
using Postern.Cli.Help;
using Postern.Cli.Progress;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;
using Postern.Studies.PoisonedSets;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern poison DATASET --attack NAME --out DIR</c>: writes a poisoned set that other tools can read.</summary>
internal static class PoisonCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("dataset") { Description = "folder or file of a dataset, or 'signs'" };
        var attack = new Option<string>("--attack")
        {
            HelpName = "NAME",
            Description = "an attack of 'postern attacks'",
            Required = true,
        };
        attack.CompletionSources.Add(_ => AttackCatalog.All.Select(a => a.Name));
        var set = new Option<string[]>("--set")
        {
            HelpName = "OPTION=VALUE",
            Description = "an option of the attack, e.g. poison_rate=0.02 (repeatable)",
        };
        var seed = new Option<long>("--seed")
        {
            HelpName = "NUMBER",
            Description = "chooses who is poisoned, as a cell's seed does",
            DefaultValueFactory = _ => 0,
        };
        var split = new Option<string>("--split")
        {
            Description = "train (poisoned), test (clean, and triggered for ASR) or both",
            DefaultValueFactory = _ => "both",
        };
        split.AcceptOnlyFromAmong("train", "test", "both");
        var output = new Option<string>("--out")
        {
            HelpName = "FOLDER",
            Description = "folder to write; must be new or empty",
            Required = true,
        };
        var format = new Option<string>("--format")
        {
            Description = "imagefolder (PNG) or parquet (as CIFAR-10 on Hugging Face)",
            DefaultValueFactory = _ => "imagefolder",
        };
        format.AcceptOnlyFromAmong("imagefolder", "parquet");
        var runs = new Option<string>("--runs")
        {
            HelpName = "FOLDER",
            Description = "folder of results, where a learned attack finds or keeps what it is prepared with",
            DefaultValueFactory = _ => "runs",
        };
        var command = new ShownCommand("poison", "Write a poisoned dataset for other tools.",
            "postern poison signs --attack badnets --set poison_rate=0.02 --out poisoned")
        {
            data, attack, set, seed, split, output, format, runs,
        };
        command.SetAction(parsed =>
        {
            AttackEntry entry = AttackCatalog.All.Get(parsed.GetValue(attack)!, "--attack");
            Choice choice = AttackArguments.Choose(entry, parsed.GetValue(set) ?? []);
            string wanted = parsed.GetValue(split)!, folder = parsed.GetValue(output)!;
            AtomicFolder.CheckFree(folder, apartFrom: parsed.GetValue(data)!);
            using Dataset dataset = DatasetCatalog.OpenPath(parsed.GetValue(data)!);
            foreach (string note in dataset.Notes) AnsiConsole.MarkupLineInterpolated($"[blue]note[/]: {note}");
            using var interrupt = new Interrupt();
            Attack made = AttackArguments.Make(choice, dataset, parsed.GetValue(runs)!, interrupt.Token);
            CheckAcceptance(made, choice);
            var poisoned = new PoisonedSet(dataset, made, choice, parsed.GetValue(seed))
            {
                Format = parsed.GetValue(format) == "parquet" ? PoisonedSetFormat.Parquet : PoisonedSetFormat.ImageFolder,
                WithTrain = wanted != "test",
                WithTest = wanted != "train",
            };
            PoisonedSetRecord record = WritingProgress.Show(progress => poisoned.Write(folder, progress, interrupt.Token));
            Print(record, folder);
            return ExitCode.Done;
        });
        return command;
    }

    private static void CheckAcceptance(Attack made, Choice choice)
    {
        try
        {
            made.CheckAcceptance("accept=warn");
        }
        catch (ArtifactRefusedException e)
        {
            throw choice.Error(e.Message);
        }
    }

    private static void Print(PoisonedSetRecord record, string folder)
    {
        if (record.Warning is string warning) AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {warning}");
        if (record.Plan is { } plan)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"poisons: {plan.Poisoned.Count} of {plan.RequestedPoisons} requested; covers: {plan.Covers.Count} of {plan.RequestedCovers}");
        }
        foreach (PoisonedPartRecord part in record.Parts)
            AnsiConsole.MarkupLineInterpolated($"{part.Name}: {part.Pictures} pictures, {part.Triggered} triggered");
        AnsiConsole.MarkupLineInterpolated($"sha256 of SHA256SUMS: {record.FilesSha256}");
        AnsiConsole.MarkupLineInterpolated($"written: {folder}");
    }
}
