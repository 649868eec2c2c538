using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Postern.Native;
using Postern.Studies;
using Postern.Studies.Jobs;

namespace Postern.Cli.Commands;

/// <summary><c>--jobs N|auto</c> of <c>postern run</c>: how many cells run side by side.</summary>
internal sealed class JobsOption : Option<string>
{
    private const string Auto = "auto";

    public JobsOption() : base("--jobs")
    {
        HelpName = "N|auto";
        Description =
            "cells side by side, each in a process with its share of the threads; auto: one a card, or by cores, memory "
                + "and the heaviest model";
        DefaultValueFactory = _ => "1";
        CompletionSources.Add(_ => [new CompletionItem(Auto)]);
        Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && text != Auto && Number(text) is not >= 1)
                result.AddError("--jobs must be a number from 1, or auto");
        });
    }

    /// <summary>Whether the number is chosen here.</summary>
    public bool IsAuto(ParseResult parsed) => parsed.GetValue(this) == Auto;

    /// <summary>How many for the rest of <paramref name="run"/>, which may run on <paramref name="cards"/>.</summary>
    public int Count(ParseResult parsed, RunFolder run, int threads, CardShares cards)
    {
        if (!IsAuto(parsed)) return Number(parsed.GetValue(this)!)!.Value;
        TorchRuntime.Load();
        return JobCount.Auto(run, threads, Machine.Memory.Available, cards.Count);
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
