using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Cli.Progress;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Native;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>An attack as a command line names it: its name, <c>--set option=value</c>, and the cache of what learned ones need.</summary>
internal static class AttackArguments
{
    /// <summary>The entry called <paramref name="name"/>.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static AttackEntry Find(string name) => AttackCatalog.Find(name)
        ?? throw new InputException("attacks", $"there is no attack '{name}'{NearestName.Hint(name, AttackCatalog.All.Select(a => a.Name))}");

    /// <summary>The entry with the values of <c>--set</c>.</summary>
    /// <exception cref="InputException">A setting that is not <c>option=value</c>, or not valid.</exception>
    public static Choice Choose(AttackEntry entry, IEnumerable<string> settings)
    {
        var given = new Dictionary<string, string>();
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new InputException($"--set {setting}", "is not of the form option=value");
            given[setting[..equals]] = setting[(equals + 1)..];
        }
        return new Choice(entry, given, "--set");
    }

    /// <summary>The attack with what it learns, from the cache under <paramref name="output"/> or made now; the checks are printed.</summary>
    public static Attack Prepare(Attack attack, Dataset dataset, string output)
    {
        TorchRuntime.Load();
        using var interrupt = new Interrupt();
        string cache = Path.Combine(output, StudyRunner.IngredientFolder);
        Attack prepared = attack.Prepare(new PreparationContext(dataset, cache, Environment.ProcessorCount, new PreparationLines(Console.Out), interrupt.Token));
        foreach (AcceptanceCheck check in prepared.Acceptance) AnsiConsole.MarkupLineInterpolated($"{(check.Passed ? "accepted" : "NOT ACCEPTED")}: {check}");
        return prepared;
    }
}
