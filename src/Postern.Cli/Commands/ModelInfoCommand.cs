using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Configuration;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;

namespace Postern.Cli.Commands;

/// <summary>
/// <c>postern models info FILE</c>: what a weight file holds, which model it fits, which keys are missing or unexpected;
/// <c>postern models info NAME</c>: what a model's input is made of.
/// </summary>
internal static class ModelInfoCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "a .safetensors or .pth file, or a model's name" };
        file.CompletionSources.Add(_ => ModelCatalog.All.Select(m => m.Name));
        var model = new Option<string?>("--model")
        {
            HelpName = "NAME",
            Description = "compare with this model of the catalogue instead of the recognised one",
        };
        model.CompletionSources.Add(_ => ModelCatalog.All.Select(m => m.Name));
        var at = new Option<string>("--at")
        {
            HelpName = "KEY",
            Description = "look at the tensors under this key of the file ('.' for the whole) instead of those that fit best",
            DefaultValueFactory = _ => "",
        };
        var keys = new Option<bool>("--keys") { Description = "list every tensor" };
        var json = new JsonOption();
        var command = new ShownCommand("info", "Show what a weight file holds and which model it fits, or what a model is fed.",
            "postern models info vim_t_midclstok_76p1acc.pth", "postern models info vim-tiny")
        {
            file, model, at, keys, json,
        };
        command.SetAction(parsed =>
        {
            if (!File.Exists(parsed.GetValue(file)!) && ModelCatalog.All.Find(parsed.GetValue(file)!) is ModelEntry entry)
            {
                if (parsed.GetValue(json)) JsonOutput.Write(ModelInputListing.Of(entry));
                else ModelInputTable.Write(entry);
                return ExitCode.Done;
            }
            using DisposeScope scope = torch.NewDisposeScope();
            string? wanted = parsed.GetValue(model);
            using Checkpoint checkpoint = Checkpoint.Open(parsed.GetValue(file)!,
                wanted is null ? BestWeights.OfCatalog : Named(wanted),
                parsed.GetValue(at)!);
            IReadOnlyDictionary<string, torch.Tensor> weights = ForeignNames.Official(checkpoint.Weights);
            ComparedModelListing? compared = Compare(weights, checkpoint.Path, wanted);
            WeightFileListing found = WeightFileListing.Of(checkpoint, weights, compared, parsed.GetValue(keys));
            if (parsed.GetValue(json)) JsonOutput.Write(found);
            else WeightFileTable.Write(found);
            return found.Fits ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>What fits the named model best, at its usual sizes.</summary>
    private static Func<IReadOnlyList<WeightCandidate>, WeightCandidate?> Named(string name)
    {
        using Backbone model = ModelCatalog.Describe(ModelCatalog.All.Get(name, "--model"));
        return BestWeights.For(model);
    }

    /// <summary>The weights beside the model that they need or that is named; null where none is recognised.</summary>
    private static ComparedModelListing? Compare(IReadOnlyDictionary<string, torch.Tensor> weights, string path, string? wanted)
    {
        (Choice Model, int Classes, int ImageSize)? found =
            ModelCatalog.Recognise(new WeightShapes(weights.ToDictionary(w => w.Key, w => w.Value.shape)));
        if (wanted is not null)
        {
            ModelEntry entry = ModelCatalog.All.Get(wanted, "--model");
            found = (new Choice(entry), found?.Classes ?? entry.UsualClasses, entry.InputSide);
        }
        if (found is not (Choice choice, int classes, int imageSize)) return null;
        using Backbone model = ModelCatalog.Create(choice, classes, imageSize, seed: 0);
        return ComparedModelListing.Of(choice, classes, imageSize, WeightFit.Of(model, weights, path));
    }
}
