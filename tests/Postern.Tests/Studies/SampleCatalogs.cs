using Postern.Configuration;
using Postern.Defences;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>A small world to write studies about, independent of the real catalogues.</summary>
internal static class SampleCatalogs
{
    public sealed record Entry(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;

    private sealed record Preset(string Name, string Epochs) : IPreset
    {
        public string Summary => "";

        public IReadOnlyList<OptionInfo> Options => Train(Epochs);

        public ICatalogEntry For(Choice dataset, Choice model) => new Entry(Name, "", Train(model.Name == "vim" ? "20" : Epochs));
    }

    public static StudyCatalogs All { get; } = new(
        new Catalog<ICatalogEntry>("dataset",
        [
            new Entry("signs", "", [new("count", OptionKind.Integer, "100", "pictures") { Min = 1 }]),
            new Entry("cifar10", "", [new("path", OptionKind.File, "", "folder"),
                new("train_subset", OptionKind.Integer, "0", "pictures") { Min = 0 }]),
        ]),
        new Catalog<ICatalogEntry>("model",
        [
            new Entry("resnet-mini", "", []),
            new Entry("vim", "", [new("embed_dim", OptionKind.Integer, "64", "width") { Min = 8 },
                new("depth", OptionKind.Integer, "3", "blocks") { Min = 1 }]),
        ]),
        new Catalog<ICatalogEntry>("attack",
        [
            new Entry("none", "", []),
            new Entry("badnets", "", [.. Poisoning("0.01")]),
            new Entry(
                "blend", "", [.. Poisoning("0.02"), new("alpha", OptionKind.Number, "0.2", "opacity") { Min = 0, Max = 1 }]),
        ]),
        DefenceCatalog.All,
        new Catalog<IPreset>("preset", [new Preset("quick", "8"), new Preset("toolbox", "100")]));

    private static OptionInfo[] Poisoning(string rate) =>
    [
        new("poison_rate", OptionKind.Number, rate, "share of the training set") { Min = 0, Max = 1 },
        new("trigger", OptionKind.File, "", "PNG"),
    ];

    private static OptionInfo[] Train(string epochs) =>
    [
        new("epochs", OptionKind.Integer, epochs, "passes") { Min = 1 },
        new("lr", OptionKind.Number, "0.001", "learning rate") { Min = 0 },
        new("milestones", OptionKind.Integers, "", "epochs"),
    ];
}
