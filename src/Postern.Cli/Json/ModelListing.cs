using Postern.Models;

namespace Postern.Cli.Json;

/// <summary>A backbone with its options; counts are for the input side and number of classes that are given with them.</summary>
internal sealed record ModelListing(
    string Name, string Summary, string Origin, int InputSide, int Classes, long Parameters, long MultiplyAdds,
    IReadOnlyList<OptionListing> Options)
{
    public static ModelListing Of(ModelEntry entry)
    {
        using Backbone model = ModelCatalog.Describe(entry);
        return new ModelListing(entry.Name, entry.Summary, entry.Origin, entry.InputSide, entry.UsualClasses,
            model.ParameterCount,
            model.MultiplyAdds(entry.InputSide), [.. entry.Options.Select(OptionListing.Of)]);
    }
}
