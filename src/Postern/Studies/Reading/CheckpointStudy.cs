using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Studies;

/// <summary>
/// The study that measures the weights of a file as they are: one dataset, one model, attacks and defences, and nothing trained.
/// </summary>
/// <param name="Checkpoint">The weight file, of any form that <see cref="Models.Checkpoints.Checkpoint"/> reads.</param>
/// <param name="Data">The pictures: a path, the name of a drawn dataset, or a map as a study has it.</param>
public sealed record CheckpointStudy(string Checkpoint, string Data)
{
    // What trainings call their files; the folder tells more.
    private static readonly string[] UsualNames = ["last", "best", "ema", "repaired", "model", "checkpoint", "weights"];

    // Both read the same layouts, each with a way of its own from a picture to an input.
    private static readonly string[] ImageFolders = [new ImageFolder().Name, new ImageNet().Name];

    /// <summary>The model as a study names it; empty for the one that the file tells of, or whose shapes it has.</summary>
    public string Model { get; init; } = "";

    /// <summary>Attacks, each as a study names it.</summary>
    public IReadOnlyList<string> Attacks { get; init; } = [];

    /// <summary>Defences, each as a study names it; the undefended row stands before them.</summary>
    public IReadOnlyList<string> Defences { get; init; } = [];

    /// <summary>Folders or parquet files of test pictures that carry a trigger already.</summary>
    public IReadOnlyList<string> Triggered { get; init; } = [];

    /// <summary>Target class of all attacks that name none, by number or name; empty for the usual one.</summary>
    public string Target { get; init; } = "";

    /// <summary>Reads the file's header and shapes and makes the study.</summary>
    /// <param name="catalogs">What it may name.</param>
    /// <param name="sets">Values put in before the study is checked, as <see cref="StudyFile.Read"/> has them.</param>
    /// <exception cref="InputException">
    /// The file cannot be read or is no model's that the catalogue has, or something that is named is wrong.
    /// </exception>
    public Study Read(StudyCatalogs catalogs, IReadOnlyList<string> sets)
    {
        var at = new NodeSource("postern eval", Directory.GetCurrentDirectory());
        (WeightHeader header, Choice? recognised, int? side) = Look();
        MapNode model = Named(Model.Length > 0 ? Entry("--model", Model) : ModelOf(header, recognised, catalogs, at),
            "checkpoint", Path.GetFullPath(Checkpoint));
        string[] none = Attacks.Count + Triggered.Count == 0 ? ["none"] : [];
        StudyNode[] attacks =
        [
            .. none.Concat(Attacks).Select(a => Entry("--attack", a)),
            .. Triggered.Select(t =>
                Named(Map(new NodeSource("--triggered", at.Folder), "triggered", new Dictionary<string, string>()), "path", t)),
        ];
        if (Target.Length > 0)
            attacks =
                Array.ConvertAll(attacks, a => a is MapNode map && map["target"] is null ? Named(map, "target", Target) : a);
        StudyNode[] defences = [.. Defences.Where(d => d != "none").Prepend("none").Select(d => Entry("--defence", d))];
        StudyNode root = new MapNode(at,
        [
            new(at, "name", Text(at, NameOf(Checkpoint))),
            new(at, "about", Text(at, $"{Path.GetFileName(Checkpoint)}, measured as it is")),
            new(at, "datasets", new ListNode(at, [DataOf(header, side, catalogs)])),
            new(at, "models", new ListNode(at, [model])),
            new(at, "attacks", new ListNode(at, attacks)),
            new(at, "defences", new ListNode(at, defences)),
            new(at, "preset", Text(at, "quick")),
            new(at, "train", new MapNode(at, [new(at, "epochs", Text(at, "0"))])),
        ]);
        return StudyFile.Of(root, Checkpoint, catalogs, sets);
    }

    /// <summary>Name of the study's folder: that of the file, or of the folder that it lies in.</summary>
    private static string NameOf(string file)
    {
        string stem = Path.GetFileNameWithoutExtension(file);
        string? above = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));
        return Slug.Of($"eval-{(UsualNames.Contains(stem) && above is { Length: > 0 } ? above : stem)}");
    }

    private (WeightHeader Header, Choice? Model, int? Side) Look()
    {
        using DisposeScope scope = NewDisposeScope();
        using Checkpoint opened = Models.Checkpoints.Checkpoint.Open(Checkpoint, BestWeights.OfCatalog);
        IReadOnlyDictionary<string, Tensor> weights = ForeignNames.Official(opened.Weights);
        (Choice Model, int Classes, int ImageSize)? found =
            ModelCatalog.Recognise(new WeightShapes(weights.ToDictionary(w => w.Key, w => w.Value.shape)));
        return (WeightHeader.Of(opened.Facts), found?.Model, found?.ImageSize);
    }

    private MapNode ModelOf(WeightHeader header, Choice? recognised, StudyCatalogs catalogs, NodeSource at)
    {
        if (header.Model is NamedOptions told && catalogs.Models.Find(told.Name) is not null)
            return Map(at, told.Name, told.Options);
        return recognised is not null ? Map(at, recognised.Name, Set(recognised))
            : throw new InputException(Checkpoint,
                "no model of the catalogue is recognised in it; 'postern models info' shows what "
                + "there is, --model names one");
    }

    /// <summary>The data, their pictures made inputs as the weights' own were, where they do not say otherwise.</summary>
    private MapNode DataOf(WeightHeader header, int? side, StudyCatalogs catalogs)
    {
        var at = new NodeSource($"--data {Data}", Directory.GetCurrentDirectory());
        MapNode map = Data.TrimStart().StartsWith('{') ? Entry("--data", Data) : At(Data, header, side, at);
        if (map["name"] is not ScalarNode { IsNull: false } name) return map;
        IReadOnlyList<OptionInfo> options = catalogs.Datasets.Get(name.Text, at.Where).Options;
        foreach ((string key, string value) in header.Dataset?.Options ?? new Dictionary<string, string>())
            if (map[key] is null && options.Any(o => o.Name == key)) map = Named(map, key, value);
        return map;
    }

    /// <summary>What lies at a path; an image folder at the side of the weights' input.</summary>
    private static MapNode At(string path, WeightHeader header, int? side, NodeSource at)
    {
        Choice found = DatasetCatalog.ChoiceAt(path);
        if (!ImageFolders.Contains(found.Name)) return Map(at, found.Name, Set(found));
        int? input = header.Input?.Size ?? side;
        bool large = header.Dataset is NamedOptions own && ImageFolders.Contains(own.Name) ? own.Name == ImageFolders[1]
            : found.Name == ImageFolders[1] && input is null or ImageNet.InputSide;
        var options = new Dictionary<string, string> { ["path"] = path };
        if (!large) options["size"] = input is int given ? FormattableString.Invariant($"{given}") : found.Values["size"];
        return Map(at, ImageFolders[large ? 1 : 0], options);
    }

    private static Dictionary<string, string> Set(Choice choice) => choice.Entry.Options
        .Where(o => choice.Values[o.Name] != o.Default).ToDictionary(o => o.Name, o => choice.Values[o.Name]);

    private static MapNode Entry(string option, string text)
    {
        var at = new NodeSource($"{option} {text}", Directory.GetCurrentDirectory());
        return StudyDocument.ParseValue(text, at) switch
        {
            MapNode map => map,
            ScalarNode { IsNull: false } name => new MapNode(at, [new(at, "name", name)]),
            StudyNode other => throw at.Error($"is {other.Kind}, expected a name, or {{name: NAME, OPTION: VALUE}}"),
        };
    }

    private static MapNode Map(NodeSource at, string name, IReadOnlyDictionary<string, string> options) =>
        new(at, [new(at, "name", Text(at, name)), .. options.Select(o => new MapEntry(at, o.Key, Text(at, o.Value)))]);

    private static MapNode Named(MapNode map, string key, string value) =>
        map with { Entries = [.. map.Entries, new MapEntry(map.At, key, Text(map.At, value))] };

    private static ScalarNode Text(NodeSource at, string text) => new(at, text, IsNull: false);
}
