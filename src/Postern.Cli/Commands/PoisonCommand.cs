using System.CommandLine;
using System.Diagnostics;
using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Studies.Export;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern poison DATASET --attack NAME --out DIR</c>: writes a poisoned set that other tools can read.</summary>
internal static class PoisonCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("dataset") { Description = "folder or file of a dataset, or 'signs'" };
        var attack = new Option<string>("--attack") { Description = "the attack", Required = true };
        var output = new Option<string>("--out") { Description = "the new folder", Required = true };
        var set = new Option<string[]>("--set") { Description = "an option of the attack, e.g. poison_rate=0.02 (repeatable)" };
        var seed = new Option<long>("--seed") { Description = "decides who is poisoned" };
        var split = new Option<string>("--split") { Description = "train, test (clean and triggered) or both", DefaultValueFactory = _ => "both" };
        var format = new Option<string>("--format") { Description = "imagefolder (PNG) or parquet", DefaultValueFactory = _ => "imagefolder" };
        var cache = new Option<string>("--runs") { Description = "folder of results, where a learned attack finds or keeps what it is prepared with", DefaultValueFactory = _ => "runs" };
        split.AcceptOnlyFromAmong("train", "test", "both");
        format.AcceptOnlyFromAmong("imagefolder", "parquet");
        var command = new Command("poison", "Write a poisoned copy of a dataset that other tools can read.") { data, attack, output, set, seed, split, format, cache };
        command.SetAction(parsed =>
        {
            AttackEntry entry = AttackArguments.Find(parsed.GetValue(attack)!);
            Choice choice = AttackArguments.Choose(entry, parsed.GetValue(set) ?? []);
            using Dataset dataset = DatasetCatalog.OpenPath(parsed.GetValue(data)!);
            Attack made = AttackCatalog.Create(choice, dataset.TargetClass)
                ?? throw new InputException("--attack", $"'{entry.Name}' plants no trigger; name another attack");
            if (made.TargetClass >= dataset.Classes) throw choice.Error($"target {made.TargetClass} is not a class of {dataset.Name}, which has {dataset.Classes}");
            if (entry.Learned) made = Accepted(AttackArguments.Prepare(made, dataset, parsed.GetValue(cache)!));
            PoisonPlan plan = made.Plan(dataset.Train.Labels, parsed.GetValue(seed));
            if (plan.Warning is string warning) AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/]: {warning}");
            Write(new PoisonedSet(made, dataset, plan), choice, parsed.GetValue(seed), Enum.Parse<ExportSplit>(parsed.GetValue(split)!, ignoreCase: true),
                parsed.GetValue(format) == "parquet", parsed.GetValue(output)!);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A set that goes to other tools is not made of something that failed its checks.</summary>
    private static Attack Accepted(Attack attack) => attack.Acceptance.FirstOrDefault(c => !c.Passed) is AcceptanceCheck failed
        ? throw new InputException(attack.Name, $"what it learnt failed its check ({failed}); prepare it longer, see 'postern attacks {attack.Name}'")
        : attack;

    private static void Write(PoisonedSet set, Choice choice, long seed, ExportSplit split, bool parquet, string folder)
    {
        using var interrupt = new Interrupt();
        var clock = Stopwatch.StartNew();
        string sha = AnsiConsole.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask bar = context.AddTask("pictures");
            return PoisonedSetFolder.Write(set, choice, seed, split, parquet, folder, Environment.ProcessorCount, (done, total) =>
            {
                // Reports come from several threads and out of order.
                lock (bar) (bar.MaxValue, bar.Value) = (total, Math.Max(bar.Value, done));
            }, interrupt.Token);
        });
        AnsiConsole.MarkupLineInterpolated($"{folder}: {set.Plan.Poisoned.Count} poisons and {set.Plan.Covers.Count} covers of {set.Dataset.Train.Count} training pictures, {clock.Elapsed.TotalSeconds:f1} s");
        AnsiConsole.MarkupLineInterpolated($"sha256 {sha}");
    }
}
