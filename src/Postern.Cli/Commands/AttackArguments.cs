using Postern.Attacks;
using Postern.Cli.Progress;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;
using Postern.Native;
using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>How commands name an attack, set its options and prepare it.</summary>
internal static class AttackArguments
{
    /// <summary>The entry with <c>option=value</c> settings.</summary>
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

    /// <summary>
    /// The attack for a dataset, prepared where it learns something; what was measured is shown and not judged.
    /// </summary>
    /// <param name="choice">The attack and its options.</param>
    /// <param name="dataset">What it is planted into.</param>
    /// <param name="output">Folder of results, where artifacts are kept.</param>
    /// <param name="cancel">Stops the preparation.</param>
    /// <param name="fromCacheOnly">Whether nothing is made that is not there yet.</param>
    /// <exception cref="ArtifactMissingException">Something is not there, and nothing shall be made.</exception>
    public static Attack Make(Choice choice, Dataset dataset, string output, CancellationToken cancel, bool fromCacheOnly = false)
    {
        if (choice.Entry is AttackEntry { Plants: false })
            throw choice.Error($"{choice.Name} plants no trigger; name another attack");
        if (choice.Entry is AttackEntry { Learned: true }) TorchRuntime.Load();
        var progress = new PreparationLines(AnsiConsole.Profile.Out.Writer);
        var context = new PreparationContext(dataset, RunFolder.ArtifactsIn(output), Environment.ProcessorCount, progress, cancel)
        {
            FromCacheOnly = fromCacheOnly,
        };
        Attack prepared = AttackPreparation.Prepare(choice, context)
            ?? throw new InputException(choice.Name, "plants no trigger; name another attack");
        foreach (string note in prepared.TriggerNotes(prepared.PlantedSize(dataset)))
            AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {note}");
        foreach (AcceptanceCheck check in prepared.Acceptance)
            AnsiConsole.MarkupLineInterpolated($"{(check.Passed ? "accepted" : "NOT ACCEPTED")}: {check}");
        return prepared;
    }

    /// <summary>
    /// As <see cref="Make"/>, but what has to be learnt first, which takes minutes to hours, is made only where that is wanted.
    /// </summary>
    /// <param name="choice">The attack and its options.</param>
    /// <param name="dataset">What it is planted into.</param>
    /// <param name="output">Folder of results, where artifacts are kept.</param>
    /// <param name="wanted">Whether it was said that it may be made.</param>
    /// <param name="cancel">Stops the preparation.</param>
    /// <exception cref="InputException">It is not there, and was not wanted or there is nobody to ask.</exception>
    public static Attack MakeIfWanted(Choice choice, Dataset dataset, string output, bool wanted, CancellationToken cancel)
    {
        if (choice.Entry is AttackEntry { Learned: true } && dataset.Name == LoosePictures.Name)
        {
            throw choice.Error($"{choice.Name} learns from a dataset before it plants anything, and these are pictures alone; "
                + "name a dataset with --data");
        }
        if (wanted) return Make(choice, dataset, output, cancel);
        try
        {
            return Make(choice, dataset, output, cancel, fromCacheOnly: true);
        }
        catch (ArtifactMissingException missing)
        {
            string found = $"{missing.Message}; training it takes minutes to hours";
            if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsInputRedirected)
                throw new InputException(choice.Name, $"{found}: give --prepare to train it, or --out FOLDER where it is");
            AnsiConsole.MarkupLineInterpolated($"{choice.Name}: {found}.");
            if (!AnsiConsole.Confirm("Train it now?", defaultValue: false))
                throw new InputException(choice.Name,
                    "is not shown, since it is not trained; --prepare trains it without asking");
            return Make(choice, dataset, output, cancel);
        }
    }
}
