using System.CommandLine;
using Postern.Attacks;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Defences;
using Postern.Models;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern eval CHECKPOINT --data D</c>: ACC, ASR and RA of weights as they are, by a study that trains nothing.
/// </summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("checkpoint") { Description = "a .safetensors or .pth file, Postern's own or another's" };
        var data = new Option<string>("--data")
        {
            HelpName = "PATH",
            Description = "the pictures: a path, signs, or {name: NAME, OPTION: VALUE} as a study has it",
            Required = true,
        };
        var attack = new Option<string[]>("--attack")
        {
            HelpName = "NAME",
            Description = "an attack whose trigger is planted: a name, or '{name: blend, opacity: 0.1}' (repeatable)",
        };
        attack.CompletionSources.Add(_ => AttackCatalog.All.Select(a => a.Name));
        var triggered = new Option<string[]>("--triggered")
        {
            HelpName = "PATH",
            Description = "test pictures that carry a trigger already: a folder with folders of their true classes, a parquet file, "
                + "or what 'postern poison' wrote (repeatable)",
        };
        var target = new Option<string>("--target")
        {
            HelpName = "CLASS",
            Description = "target class of all attacks, by number or name; the dataset's usual one where it is not given",
            DefaultValueFactory = _ => "",
        };
        var defence = new Option<string[]>("--defence")
        {
            HelpName = "NAME",
            Description = "a defence that acts on trained models, e.g. '{name: patch-drop, protocol: test}' (repeatable)",
        };
        defence.CompletionSources.Add(_ => DefenceCatalog.All.Select(d => d.Name));
        var model = new Option<string>("--model")
        {
            HelpName = "NAME",
            Description = "the model, where the file does not tell it: a name, or {name: NAME, OPTION: VALUE}",
            DefaultValueFactory = _ => "",
        };
        model.CompletionSources.Add(_ => ModelCatalog.All.Select(m => m.Name));
        var set = new Option<string[]>("--set")
        {
            HelpName = "KEY=VALUE",
            Description = "a value of the study that is run, e.g. train.precision=bf16 or seeds=[1] (repeatable)",
        };
        var threads = new ThreadsOption("libtorch, the kernels and the loaders");
        var output = new Option<string>("--out")
        {
            HelpName = "FOLDER",
            Description = "folder of results",
            DefaultValueFactory = _ => "runs",
        };
        var json = new JsonOption("print the numbers as a JSON array");
        var command = new ShownCommand("eval", "Measure ACC, ASR and RA of a weight file as it is.",
            "postern eval vim.pth --data /data/imagenet --attack badnets",
            "postern eval model.pth --data photos --triggered poisoned")
        {
            file, data, attack, triggered, target, defence, model, set, threads, output, json,
        };
        command.SetAction(parsed =>
        {
            Study study = new CheckpointStudy(parsed.GetValue(file)!, parsed.GetValue(data)!)
            {
                Attacks = parsed.GetValue(attack) ?? [],
                Triggered = parsed.GetValue(triggered) ?? [],
                Target = parsed.GetValue(target)!,
                Defences = parsed.GetValue(defence) ?? [],
                Model = parsed.GetValue(model)!,
            }.Read(StudyArguments.Catalogs, parsed.GetValue(set) ?? []);
            var run = new RunFolder(study, parsed.GetValue(output)!);
            RunSummary summary = Run(run, parsed.GetValue(threads));
            string page = HtmlReport.Write(run);
            if (parsed.GetValue(json)) JsonOutput.Write(EvaluationListing.Of(run));
            else EvaluationTable.Write(run, page);
            return summary.Failed + summary.Skipped == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static RunSummary Run(RunFolder run, int threads)
    {
        using var interrupt = new Interrupt();
        return RunProgress.Show(run, jobs: 1, tell =>
        {
            TorchThreads.Use(new ThreadBudget(threads));
            return new StudyRunner(run, threads, tell).Run(interrupt.Token);
        });
    }
}
