using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Progress;
using Postern.Models;
using Postern.Models.Checkpoints;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern models convert IN OUT</c>: the weights of a file alone, under official names, in another container.
/// </summary>
internal static class ModelConvertCommand
{
    private static readonly string[] Types = ["keep", "float32", "float16", "bfloat16"];

    public static Command Create()
    {
        var input = new Argument<string>("in") { Description = "a .safetensors or .pth file" };
        var output = new Argument<string>("out") { Description = "the new file: .safetensors, or .pth / .pt for PyTorch" };
        var ema = new Option<bool>("--ema") { Description = "take the running means (EMA) instead of the weights" };
        var type = new Option<string>("--type")
        {
            Description = "type of the floating-point values: keep, float32, float16, bfloat16",
            DefaultValueFactory = _ => "keep",
        };
        type.AcceptOnlyFromAmong(Types);
        var at = new Option<string>("--at")
        {
            HelpName = "KEY",
            Description = "take the tensors under this key of the file ('.' for the whole), whether or not they fit a model",
            DefaultValueFactory = _ => "",
        };
        var force = new Option<bool>("--force") { Description = "replace a file that exists" };
        var command = new ShownCommand("convert", "Write a weight file's weights under official names to another container.",
            "postern models convert vim.pth vim.safetensors")
        {
            input, output, ema, type, at, force,
        };
        command.SetAction(parsed =>
        {
            string from = parsed.GetValue(input)!, to = parsed.GetValue(output)!;
            string extension = Path.GetExtension(to).ToLowerInvariant();
            if (extension is not (".safetensors" or ".pth" or ".pt"))
                throw new InputException(to, "ends in no known extension; name it .safetensors, .pth or .pt");
            if (File.Exists(to) && !parsed.GetValue(force))
                throw new InputException(to, "exists already; choose another name or give --force");
            using DisposeScope scope = NewDisposeScope();
            string place = parsed.GetValue(at)!;
            using Checkpoint checkpoint = Checkpoint.Open(from, BestWeights.OfCatalog, place);
            IReadOnlyDictionary<string, Tensor> chosen = (parsed.GetValue(ema) ? checkpoint.Ema : checkpoint.Weights)
                ?? throw new InputException(from, "holds no running means; leave --ema out");
            IReadOnlyDictionary<string, Tensor> official = ForeignNames.Official(chosen);
            if (place.Length == 0 && BestWeights
                .FitOf(official.ToDictionary(w => w.Key, w => w.Value.shape)) is not { Fits: true })
            {
                throw new InputException(from, "holds no weights that fit a model of the catalogue; 'postern models info' shows "
                    + $"what there is, --at KEY writes what lies there all the same ({WeightFileTable.Places(checkpoint)})");
            }
            Dictionary<string, Tensor> weights =
                official.ToDictionary(w => w.Key, w => Cast(w.Value, parsed.GetValue(type)!));
            Dictionary<string, string> header = WeightHeader.Of(checkpoint.Facts).Pairs().ToDictionary();
            AtomicFile.Write(to, stream =>
            {
                if (extension == ".safetensors") SafeTensors.Write(stream, weights, header.Count > 0 ? header : null);
                else TorchFile.Write(stream, weights);
            });
            AnsiConsole.MarkupLineInterpolated(
                $"{weights.Count} tensors, {ShortNumber.Text(weights.Values.Sum(w => w.numel()))} values{Taken(checkpoint, parsed.GetValue(ema))}: {to}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Taken(Checkpoint checkpoint, bool ema) =>
        ema || checkpoint.Chosen.Description.Length == 0 ? "" : $" ({checkpoint.Chosen.Description})";

    private static Tensor Cast(Tensor value, string type) => type switch
    {
        _ when !value.is_floating_point() => value,
        "float32" => value.to_type(ScalarType.Float32),
        "float16" => value.to_type(ScalarType.Float16),
        "bfloat16" => value.to_type(ScalarType.BFloat16),
        _ => value,
    };
}
