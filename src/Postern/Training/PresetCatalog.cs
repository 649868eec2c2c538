using Postern.Configuration;

namespace Postern.Training;

/// <summary>Named training settings. A new one is one line in <see cref="All"/>.</summary>
public static class PresetCatalog
{
    /// <summary>The presets, in the order of listings.</summary>
    public static IReadOnlyList<IPreset> All { get; } =
    [
        new Preset("quick", "AdamW for small models and short runs", (_, _) =>
            [("epochs", "8"), ("batch_size", "32"), ("lr", "0.002"), ("weight_decay", "0.05"), ("warmup_epochs", "0.5")]),
        new Preset("scratch-32", "the recommended reading of the paper's 32x32 training: AdamW, lr 1e-3 * batch / 512, 100 epochs", (_, _) =>
            [("epochs", "100"), ("batch_size", "128"), ("lr", "0.00025"), ("weight_decay", "0.05"), ("warmup_epochs", "5")]),
        new Preset("toolbox", "Backdoor-Toolbox's ResNet18: SGD, step decay, 100 epochs (GTSRB: lr 0.01)", (dataset, _) =>
        [
            ("epochs", dataset.Name == "imagenet" ? "90" : "100"), ("batch_size", dataset.Name == "imagenet" ? "256" : "128"),
            ("optimizer", "sgd"), ("lr", dataset.Name == "gtsrb" ? "0.01" : "0.1"), ("weight_decay", "0.0001"), ("decay_on", "all"),
            ("schedule", "step"), ("milestones", dataset.Name == "cifar10" ? "50,75" : "30,60"), ("warmup_epochs", "0"),
        ]),
    ];

    private sealed record Preset(string Name, string Summary, Func<Choice, Choice, (string, string)[]> Values) : IPreset
    {
        public IReadOnlyList<OptionInfo> Options => TrainingOptions.All;

        public ICatalogEntry For(Choice dataset, Choice model) => new Resolved(Name, Summary, TrainingOptions.With(Values(dataset, model)));
    }

    private sealed record Resolved(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;
}
