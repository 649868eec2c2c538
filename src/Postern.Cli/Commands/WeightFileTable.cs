using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Models;
using Postern.Models.Checkpoints;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary>Shows what was found in a weight file, and how it fits.</summary>
internal static class WeightFileTable
{
    private const int ShownNames = 12, LongestFact = 300;

    public static void Write(WeightFileListing found)
    {
        Contents(found);
        if (found.Keys is not null) Keys(found.Keys);
        if (found.Model is not null) Fit(found.Model);
        else
            AnsiConsole.MarkupLine(
                "[red]No model of the catalogue has these names and shapes[/]; --model NAME says what differs from one.");
    }

    /// <summary>Where a weight file's tensors lie, for messages.</summary>
    public static string Places(Checkpoint checkpoint) =>
        Printable(string.Join(", ", checkpoint.Places.Select(p => $"{p.Key}: {p.Value} tensor{(p.Value == 1 ? "" : "s")}")));

    private static void Contents(WeightFileListing found)
    {
        Table table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        Row("file", found.File);
        Row("container", found.Container);
        Row("weights",
            $"{found.Tensors} tensors, {ShortNumber.Text(found.Values)} values, {string.Join(", ", found.Types)}"
            + (found.WeightsAt is null ? "" : $", under '{found.WeightsAt}'")
            + (found.NamePrefix is null ? "" : $", names without '{found.NamePrefix}'")
            + (found.TimmNames ? ", named as in timm" : ""));
        if (found.RunningMeans is int means) Row("running means", $"{means} tensors (checkpoint_weights: ema)");
        if (found.Dictionaries.Count > 1)
            Row("tensors at", string.Join(", ", found.Dictionaries.Select(d => $"{d.At} ({d.Tensors})")));
        if (found.AlsoHolds.Count > 0) Row("also holds", string.Join(", ", found.AlsoHolds));
        foreach ((string key, string value) in found.Facts) Row(key, Cut(value));
        AnsiConsole.Write(table);

        void Row(string name, string text) => table.AddRow(Shown(name), Shown(text));
    }

    // A thousand class names; as JSON all of them are there.
    private static string Cut(string value) => value.Length <= LongestFact ? value : $"{value[..LongestFact]} ...";

    private static void Keys(IReadOnlyList<TensorListing> tensors)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("tensor", "shape", "type");
        foreach (TensorListing tensor in tensors)
            table.AddRow(Shown(tensor.Name), Shown($"[{string.Join(", ", tensor.Shape)}]"), tensor.Type);
        AnsiConsole.Write(table);
    }

    private static void Fit(ComparedModelListing model)
    {
        ModelEntry entry = ModelCatalog.All.Get(model.Name, model.Name);
        string options = string.Concat(
            entry.Options.Where(o => model.Options[o.Name] != o.Default).Select(o => $", {o.Name}: {model.Options[o.Name]}"));
        AnsiConsole.MarkupLineInterpolated(
            $"model: [bold]{model.Name}[/]{options}, {model.Classes} classes, {model.ImageSize}x{model.ImageSize} pixels");
        Names("missing", model.Missing);
        Names("unexpected", model.Unexpected);
        Names("different", model.Different);
        foreach (string note in model.Notes) AnsiConsole.MarkupLineInterpolated($"note: {note}");
        AnsiConsole.MarkupLine(model.Fits ? "[green]fits[/]: nothing missing, nothing unexpected" : "[red]does not fit[/]");
    }

    private static void Names(string what, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return;
        string more = names.Count > ShownNames ? $" and {names.Count - ShownNames} more" : "";
        AnsiConsole.MarkupLineInterpolated(
            $"[red]{what}[/] ({names.Count}): {string.Join("; ", names.Take(ShownNames).Select(Printable))}{more}");
    }

    private static string Shown(string text) => Markup.Escape(Printable(text));

    /// <summary>A file's texts without control characters, which could move a terminal's cursor.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c));
}
