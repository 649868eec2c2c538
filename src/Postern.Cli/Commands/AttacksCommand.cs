using System.CommandLine;
using Postern.Attacks;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Datasets;
using Postern.Imaging;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern attacks [NAME] [--preview out.png] [--json]</c>: what attacks there are, their options, and how they look.
/// </summary>
internal static class AttacksCommand
{
    private const int PreviewPictures = 6;

    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "an attack, for its options", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => AttackCatalog.All.Select(a => a.Name));
        var preview = new Option<string?>("--preview")
        {
            HelpName = "FILE.png",
            Description = "write clean and triggered pictures and what is changed to this PNG",
        };
        var data = new Option<string>("--data")
        {
            HelpName = "PATH",
            Description = "pictures that are shown: a dataset, a folder of pictures, a picture, or signs",
            DefaultValueFactory = _ => "signs",
        };
        var set = new Option<string[]>("--set")
        {
            HelpName = "OPTION=VALUE",
            Description = "an option of the attack for the preview, e.g. opacity=0.1 (repeatable)",
        };
        var output = new Option<string>("--out")
        {
            HelpName = "FOLDER",
            Description = "folder of results, where a learned attack finds or keeps what it is prepared with",
            DefaultValueFactory = _ => "runs",
        };
        var prepare = new Option<bool>("--prepare")
        {
            Description = "train what a learned attack needs for the preview without asking; minutes to hours",
        };
        var json = new JsonOption();
        var command = new ShownCommand("attacks", "List the attacks, describe one, show what it does to pictures.",
            "postern attacks", "postern attacks blend --set opacity=0.1 --preview blend.png")
        {
            name, preview, data, set, output, prepare, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not string wanted)
            {
                if (parsed.GetValue(preview) is not null) throw new InputException("--preview", "needs the name of an attack");
                if (parsed.GetValue(json)) JsonOutput.Write(AttackCatalog.All.Select(AttackListing.Of));
                else List();
                return ExitCode.Done;
            }
            AttackEntry entry = AttackCatalog.All.Get(wanted, "attacks");
            if (parsed.GetValue(json)) JsonOutput.Write(AttackListing.Of(entry));
            else OptionTable.Write(entry);
            if (parsed.GetValue(preview) is string file)
            {
                using Dataset dataset = LoosePictures.OpenOrDataset(parsed.GetValue(data)!);
                using var interrupt = new Interrupt();
                // A trigger that is not good enough is shown, too: looking at it may tell why.
                Preview(AttackArguments.MakeIfWanted(AttackArguments.Choose(entry, parsed.GetValue(set) ?? []), dataset,
                    parsed.GetValue(output)!, parsed.GetValue(prepare), interrupt.Token), dataset, file);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void List()
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("attack", "kind", "clean-label", "visible", "learned", "what");
        table.Columns[0].NoWrap();
        foreach (AttackEntry attack in AttackCatalog.All)
        {
            string rates = attack.Published.Count == 0
                ? ""
                : $"\n[dim]paper: "
                + $"{string.Join(", ", attack.Published.Select(p => $"{p.Dataset} {p.PoisonRate * 100:0.##}%"))}[/]";
            string source = attack.Source.Length == 0 ? "" : $"\n[dim]{Markup.Escape(attack.Source)}[/]";
            table.AddRow(attack.Name, attack.Kind, Mark(attack.CleanLabel), Mark(attack.Visible), Mark(attack.Learned),
                Markup.Escape(attack.Summary) + source + rates);
        }
        AnsiConsole.Write(table);

        static string Mark(bool value) => value ? "yes" : "-";
    }

    private static void Preview(Attack attack, Dataset dataset, string file)
    {
        // Of a handful of pictures the test split may have none that the attack would move.
        ImageSet pictures = attack.CountedForAsr(dataset.Test.Labels).Length > 0 ? dataset.Test : dataset.Train;
        AttackPreview shown = AttackPreview.Of(attack, pictures, PreviewPictures, dataset.InputSize);
        ImageFile.SavePng(file, shown.Sheet);
        foreach ((int i, TriggerChange change) in shown.Changes.Index())
            AnsiConsole.MarkupLineInterpolated(
                $"picture {i}: PSNR {change.Psnr:f1} dB, SSIM {change.Ssim:f3}, L-inf {change.LInf * 255:f0}/255, {change.ChangedPixels:p1} of the pixels changed");
        AnsiConsole.MarkupLineInterpolated($"clean, triggered, change around grey: {file}");
    }
}
