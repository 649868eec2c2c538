using System.CommandLine;
using System.Diagnostics;
using Postern.Native;
using TorchSharp;

namespace Postern.Benchmarks;

/// <summary><c>compare</c>, and the same for some of its rows under a name of their own.</summary>
internal static class CompareCommand
{
    /// <summary>Every row.</summary>
    public static Command Create()
    {
        var rows = new Option<string>("--rows")
        {
            Description = "only these rows, separated by commas: " + string.Join(", ", Work.All.Select(w => w.Name)),
            HelpName = "NAME,...",
        };
        Command command = Create("compare", "Every row beside its floor and its reference.",
            parsed => parsed.GetValue(rows) is string names
            ? Work.Named(names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : Work.All);
        command.Options.Add(rows);
        return command;
    }

    /// <summary>The rows whose name <paramref name="belongs"/>.</summary>
    public static Command Create(string name, string description, Func<string, bool> belongs) =>
        Create(name, description, _ => [.. Work.All.Where(work => belongs(work.Name))]);

    private static Command Create(string name, string description, Func<ParseResult, IReadOnlyList<Work>> works)
    {
        var quick = new Option<bool>("--quick") { Description = "smaller batches and fewer rounds" };
        var output = new Option<string>("--out") { Description = "write the rows to this CSV file", HelpName = "FILE" };
        var data = new Option<string>("--data")
        {
            Description = "CIFAR-10, for the pictures that are poisoned; noise without it",
            HelpName = "PATH",
        };
        var profile = new Option<string>("--profile")
        {
            Description =
                "ops: also print where the time of each step and evaluation goes, ours and the plain model's on libtorch",
            HelpName = "ops",
        };
        profile.AcceptOnlyFromAmong("ops");
        var command = new Command(name, description) { quick, output, data, profile };
        command.SetAction(
            parsed => Run(works(parsed),
                new Scale(parsed.GetValue(quick), parsed.GetValue(data), parsed.GetValue(profile) is not null),
                parsed.GetValue(output)));
        return command;
    }

    private static void Run(IReadOnlyList<Work> works, Scale scale, string? output)
    {
        Console.WriteLine(
            $"{Machine.Processor}, {Environment.ProcessorCount} cores, {string.Join(' ', Machine.InstructionSets)}");
        Console.WriteLine(
            $"libtorch {Machine.LibTorchVersion}, {torch.get_num_threads()} threads, .NET {Environment.Version}; PyTorch: "
                + $"{PyTorch.Description}");
        Console.WriteLine(
            $"medians of {scale.Rounds} rounds in "
                + $"turn{(scale.Quick ? "; quick: smaller batches than the full run, see the notes" : "")}");
        List<ComparedRow> rows = [];
        foreach (Work work in works)
        {
            var clock = Stopwatch.StartNew();
            rows.AddRange(work.Measure(scale));
            Console.Error.WriteLine(FormattableString.Invariant($"{work.Name}: measured in {clock.Elapsed.TotalSeconds:f0} s"));
        }
        if (output is not null) ComparisonCsv.Write(output, rows);
        Console.Write(ComparisonTable.Of(rows));
    }
}
