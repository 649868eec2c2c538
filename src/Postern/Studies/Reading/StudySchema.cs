using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>
/// The JSON Schema of a study file (draft 7, which editors read), made of the catalogues: names, options with their meanings,
/// ranges and words, and grids.
/// </summary>
public static class StudySchema
{
    /// <summary>The file's usual name.</summary>
    public const string File = "study.schema.json";

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The line that a study file begins with, for editors.</summary>
    /// <param name="file">The schema's path, relative to the study file.</param>
    public static string Line(string file) => $"# yaml-language-server: $schema={file}";

    /// <summary>The schema's text.</summary>
    public static string Text(StudyCatalogs catalogs) => Of(catalogs).ToJsonString(Format) + "\n";

    private static JsonObject Of(StudyCatalogs catalogs)
    {
        OptionInfo[] training = [.. catalogs.Presets.SelectMany(p => p.Options).DistinctBy(o => o.Name)];
        JsonNode Preset() => Described(Enum(catalogs.Presets.Select(p => p.Name)), "named training settings");
        JsonNode Seed(string meaning) => Described(new JsonObject { ["type"] = "integer" }, meaning);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Postern study",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("datasets", "models", "attacks", "preset"),
            ["properties"] = new JsonObject
            {
                ["name"] = Described(new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" },
                    "the folder under runs; the file's name where it is left out"),
                ["about"] = Described(new JsonObject { ["type"] = "string" }, "one line for the report"),
                ["datasets"] = Entries(catalogs.Datasets),
                ["models"] = Entries(catalogs.Models),
                ["attacks"] = Entries(catalogs.Attacks),
                ["defences"] = Entries(catalogs.Defences),
                ["seeds"] = Described(new JsonObject
                {
                    ["type"] = "array",
                    ["minItems"] = 1,
                    ["uniqueItems"] = true,
                    ["items"] = new JsonObject { ["type"] = "integer" },
                }, "a cell for each; [0] where it is left out"),
                ["poison_seed"] = Seed("who is poisoned, for all seeds; each seed draws its own where it is left out"),
                ["preset"] = Preset(),
                ["train"] = Reference("training"),
                ["pretrain"] = Map("a clean training that all cells of a dataset and model start from", new JsonObject
                {
                    ["preset"] = Preset(),
                    ["train"] = Reference("training"),
                    ["seed"] = Seed("its seed"),
                }),
                ["measures"] = Entries(MeasureCatalog.All),
                ["probes"] = Entries(ProbeCatalog.All),
                ["published"] = Described(new JsonObject { ["type"] = "string" },
                    "file of published values and claims, relative to this one"),
                ["device"] = Described(new JsonObject { ["type"] = "string", ["pattern"] = "^(auto|cpu|cuda(:[0-9]{1,3})?)$" },
                    "where networks live; auto takes a card that 'postern doctor' has compared, else the processor"),
            },
            ["definitions"] = new JsonObject
            {
                ["training"] = Map("overrides of the preset", Options(training, grids: false)),
            },
        };
    }

    private static JsonObject Entries(ICatalog<ICatalogEntry> catalog) => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["items"] = new JsonObject
        {
            ["anyOf"] = new JsonArray([Enum(catalog.Select(e => e.Name)), .. catalog.Select(Entry)]),
        },
    };

    private static JsonNode Entry(ICatalogEntry entry)
    {
        var properties = new JsonObject
        {
            ["name"] = new JsonObject { ["const"] = entry.Name },
            ["label"] = Described(Words(), "its name in tables"),
            ["paper"] = Described(Words(), "what the published values call it"),
        };
        foreach ((string name, JsonNode? option) in Options(entry.Options, grids: true)) properties[name] = option!.DeepClone();
        JsonObject map = Map(entry.Summary, properties);
        map["required"] = new JsonArray("name");
        return map;
    }

    private static JsonObject Map(string meaning, JsonObject properties) => Described(new JsonObject
    {
        ["type"] = "object",
        ["properties"] = properties,
        ["additionalProperties"] = false,
    }, meaning);

    private static JsonObject Options(IEnumerable<OptionInfo> options, bool grids)
    {
        var properties = new JsonObject();
        foreach (OptionInfo option in options)
        {
            JsonObject value = grids ? new JsonObject
            {
                ["anyOf"] = new JsonArray(Value(option),
                    new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Value(option) }),
            } : Value(option);
            properties[option.Name] = Described(value, option.Meaning);
        }
        return properties;
    }

    private static JsonObject Value(OptionInfo option)
    {
        switch (option.Kind)
        {
            case OptionKind.Integer:
                return Ranged(option, option.TakesName ? new JsonArray("integer", "string") : "integer");
            case OptionKind.Number:
                return Ranged(option, "number");
            case OptionKind.Switch:
                return new JsonObject { ["type"] = "boolean" };
            case OptionKind.Word when option.Allowed.Count > 0:
                return Enum(option.Allowed);
            case OptionKind.Integers:
                return new JsonObject
                {
                    ["anyOf"] = new JsonArray(Ranged(option, "integer"),
                        new JsonObject { ["type"] = "array", ["items"] = Ranged(option, "integer") },
                        new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9, -]*$" }),
                };
            default:
                return Words();
        }
    }

    private static JsonObject Ranged(OptionInfo option, JsonNode type)
    {
        var value = new JsonObject { ["type"] = type };
        if (option.Min != decimal.MinValue) value["minimum"] = option.Min;
        if (option.Max != decimal.MaxValue) value["maximum"] = option.Max;
        return value;
    }

    // What is a text to a study may look like a number to YAML.
    private static JsonObject Words() => new() { ["type"] = new JsonArray("string", "number", "boolean") };

    // A word may look like a number to YAML.
    private static JsonObject Enum(IEnumerable<string> words) => new()
    {
        ["enum"] = new JsonArray([.. words.SelectMany(w =>
            OptionValue.ParseNumber(w) is decimal number ? new JsonNode[] { w, number } : [w])]),
    };

    private static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    private static JsonObject Described(JsonObject value, string meaning)
    {
        value["description"] = meaning;
        return value;
    }
}
