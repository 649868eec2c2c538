using System.CommandLine;
using Postern.Configuration;
using Postern.Models;
using Postern.Models.Checkpoints;
using Spectre.Console;
using TorchSharp;

namespace Postern.Cli.Commands;

/// <summary><c>postern models info FILE</c>: what a weight file holds, which model it fits, which keys are missing or unexpected.</summary>
internal static class ModelInfoCommand
{
    private const int ShownNames = 12;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "a .safetensors or .pth file" };
        var model = new Option<string?>("--model") { Description = "compare with this model of the catalogue instead of the recognised one" };
        var keys = new Option<bool>("--keys") { Description = "list every tensor" };
        var command = new Command("info", "Show what a weight file holds and which model it fits.") { file, model, keys };
        command.SetAction(parsed =>
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using Checkpoint checkpoint = Checkpoint.Open(parsed.GetValue(file)!);
            IReadOnlyDictionary<string, torch.Tensor> weights = ForeignNames.Official(checkpoint.Weights);
            Contents(checkpoint, weights);
            if (parsed.GetValue(keys)) Keys(weights);
            return Fit(weights, checkpoint.Path, parsed.GetValue(model)) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Contents(Checkpoint checkpoint, IReadOnlyDictionary<string, torch.Tensor> weights)
    {
        Table table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        Row("file", checkpoint.Path);
        Row("container", checkpoint.Container);
        Row("weights",
            $"{weights.Count} tensors, {ShortNumber.Text(weights.Values.Sum(w => w.numel()))} values, {string.Join(", ", weights.Values.Select(w => w.dtype).Distinct())}"
            + (checkpoint.WeightsAt.Length > 0 ? $", under '{checkpoint.WeightsAt}'" : "")
            + (ReferenceEquals(weights, checkpoint.Weights) ? "" : ", named as in timm"));
        if (checkpoint.Ema is not null) Row("running means", $"{checkpoint.Ema.Count} tensors (checkpoint_weights: ema)");
        if (checkpoint.OtherKeys.Count > 0) Row("also holds", string.Join(", ", checkpoint.OtherKeys));
        foreach ((string key, string value) in checkpoint.Facts) Row(key, value);
        AnsiConsole.Write(table);

        void Row(string name, string text) => table.AddRow(Shown(name), Shown(text));
    }

    private static void Keys(IReadOnlyDictionary<string, torch.Tensor> weights)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("tensor", "shape", "type");
        foreach ((string name, torch.Tensor value) in weights)
            table.AddRow(Shown(name), Shown($"[{string.Join(", ", value.shape)}]"), $"{value.dtype}");
        AnsiConsole.Write(table);
    }

    private static bool Fit(IReadOnlyDictionary<string, torch.Tensor> weights, string path, string? wanted)
    {
        (Choice Model, int Classes, int ImageSize)? found = ModelCatalog.Recognise(new WeightShapes(weights.ToDictionary(w => w.Key, w => w.Value.shape)));
        if (wanted is not null)
        {
            ModelEntry entry = ModelCatalog.All.FirstOrDefault(m => m.Name == wanted)
                ?? throw new InputException("--model", $"there is no model '{wanted}'{NearestName.Hint(wanted, ModelCatalog.All.Select(m => m.Name))}");
            found = (new Choice(entry), found?.Classes ?? entry.UsualClasses, entry.InputSide);
        }
        if (found is not (Choice choice, int classes, int imageSize))
        {
            AnsiConsole.MarkupLine("[red]No model of the catalogue has these names and shapes[/]; --model NAME says what differs from one.");
            return false;
        }
        string options = string.Concat(choice.Values.Where(v => !IsDefault(choice, v)).Select(v => $", {v.Key}: {v.Value}"));
        AnsiConsole.MarkupLineInterpolated($"model: [bold]{choice.Name}[/]{options}, {classes} classes, {imageSize}x{imageSize} pixels");
        using Backbone model = ModelCatalog.Create(choice, classes, imageSize, seed: 0);
        WeightFit fit = WeightFit.Of(model, weights, path);
        Names("missing", fit.Missing);
        Names("unexpected", fit.Unexpected);
        Names("different", fit.Differing);
        foreach (string note in fit.Fits ? fit.Notes() : []) AnsiConsole.MarkupLineInterpolated($"note: {note}");
        AnsiConsole.MarkupLine(fit.Fits ? "[green]fits[/]: nothing missing, nothing unexpected" : "[red]does not fit[/]");
        return fit.Fits;
    }

    private static bool IsDefault(Choice choice, KeyValuePair<string, string> value) =>
        ModelCatalog.All.First(m => m.Name == choice.Name).Options.First(o => o.Name == value.Key).Default == value.Value;

    private static void Names(string what, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return;
        string more = names.Count > ShownNames ? $" and {names.Count - ShownNames} more" : "";
        AnsiConsole.MarkupLineInterpolated($"[red]{what}[/] ({names.Count}): {string.Join("; ", names.Take(ShownNames).Select(Printable))}{more}");
    }

    private static string Shown(string text) => Markup.Escape(Printable(text));

    /// <summary>A file's texts without control characters, which could move a terminal's cursor.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c));
}
