using System.CommandLine;
using Postern.Studies.Slurm;

namespace Postern.Cli.Commands;

/// <summary>The options of <c>postern run --on slurm</c>.</summary>
internal sealed class SlurmArguments
{
    private const string Local = "local", Slurm = "slurm";

    private readonly Option<string> on = new("--on")
    {
        HelpName = "local|slurm",
        Description = "where the cells run: on this machine, or as jobs of its Slurm cluster",
        DefaultValueFactory = _ => Local,
    };
    private readonly Option<string?> partition = Text("--partition", "NAME", "partition"),
        account = Text("--account", "NAME", "account"),
        gres = Text("--gres", "LIST", "what a task has beside cores, e.g. gpu:1"),
        mem = Text("--mem", "SIZE", "memory of a task, e.g. 16G"),
        time = Text(
            "--time", "TIME", "time limit of a task, e.g. 60 or 1-12:00:00; before it ends, it saves and goes on in another"),
        constraint = Text("--constraint", "LIST", "features that a node must have");
    private readonly CountOption cpus = Number("--cpus", "cores of a task", least: 1),
        maxParallel = Number("--max-parallel", "tasks at a time", least: 1),
        pack = Number("--pack", "cells of a task; where it is not given, small ones fill about ten minutes of a core", least: 1),
        retries = Number("--retries", "how many more times what failed is tried; 2 where it is not given", least: 0);

    private IEnumerable<Option> OfSlurm => [partition, account, gres, cpus, mem, time, constraint, maxParallel, pack, retries];

    public void AddTo(Command command)
    {
        on.AcceptOnlyFromAmong(Local, Slurm);
        command.Options.Add(on);
        foreach (Option option in OfSlurm) command.Options.Add(option);
    }

    /// <summary>What is asked of Slurm; null where cells run here.</summary>
    /// <exception cref="InputException">An option of Slurm without it.</exception>
    public SlurmOptions? Read(ParseResult parsed)
    {
        if (parsed.GetValue(on) != Slurm)
        {
            if (OfSlurm.FirstOrDefault(o => parsed.GetResult(o) is not null) is Option given)
                throw new InputException(given.Name, "belongs to --on slurm");
            return null;
        }
        var options = new SlurmOptions
        {
            Partition = parsed.GetValue(partition),
            Account = parsed.GetValue(account),
            Gres = parsed.GetValue(gres),
            Cpus = Given(parsed, cpus),
            Mem = parsed.GetValue(mem),
            Time = parsed.GetValue(time),
            Constraint = parsed.GetValue(constraint),
            MaxParallel = Given(parsed, maxParallel),
            Pack = Given(parsed, pack),
        };
        return Given(parsed, retries) is int times ? options with { Retries = times } : options;
    }

    private static Option<string?> Text(string name, string help, string description) =>
        new(name) { HelpName = help, Description = $"--on slurm: {description}" };

    private static CountOption Number(string name, string description, int least) =>
        new(name, least) { Description = $"--on slurm: {description}" };

    private static int? Given(ParseResult parsed, CountOption option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option);
}
