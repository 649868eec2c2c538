using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Postern.Tests.Studies;

/// <summary>YAML as an editor's schema sees it: plain scalars are numbers, truths or nothing where they look like it.</summary>
internal static class YamlJson
{
    public static JsonNode? Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Of(stream.Documents[0].RootNode);
    }

    public static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(e =>
            KeyValuePair.Create(((YamlScalarNode)e.Key).Value!, Of(e.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException(),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) =>
            JsonValue.Create(whole),
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
