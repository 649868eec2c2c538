using Postern.Configuration;
using Postern.Models;

namespace Postern.Training.Recipes;

/// <summary>
/// Named training settings (<c>docs/reference/models.md 7</c>, <c>docs/reference/attacks.md 4</c>). A new one is one line in
/// <see cref="All"/>.
/// </summary>
public static class PresetCatalog
{
    private const string ImageNet = "imagenet";

    /// <summary>The presets, in the order of listings.</summary>
    public static Catalog<IPreset> All { get; } = new("preset",
    [
        new Preset("quick", "AdamW for small models and short runs", (_, _) =>
            [("epochs", "8"), ("batch_size", "32"), ("lr", "0.002"), ("weight_decay", "0.05"), ("warmup_epochs", "0.5")]),
        new Preset("scratch-32",
            "the recommended reading of the paper's 32x32 training: AdamW, lr 1e-3 * batch / 512, 100 epochs",
            (_, _) => Scratch32),
        new Preset("paper-scratch",
            "the recommended reading of the paper's training from scratch: ResNet18 as toolbox, all others as scratch-32",
            (dataset, model) =>
            ModelOf(model).Family == "resnet" ? Toolbox(dataset) : Scratch32),
        new Preset("toolbox", "Backdoor-Toolbox's ResNet18: SGD, step decay, 100 epochs (GTSRB: lr 0.01)",
            (dataset, _) => Toolbox(dataset)),
        new Preset("scratch-official",
            "each family's official training from scratch, 300 epochs with all its augmentation (ResNet18: toolbox)",
            (dataset, model) =>
            ModelOf(model).Family switch
            {
                "resnet" => Toolbox(dataset),
                "mambaout" => MambaOutScratch,
                _ => [.. Launcher, ("lr", ModelOf(model).ScratchRate), ("epochs", "300"),
                    ("weight_decay", ModelOf(model).ScratchDecay),
                    ("warmup_lr", "0.000001"), ("min_lr", "0.00001")],
            }),
        new Preset("paper-literal",
            "the paper's numbers as the official fine-tuning program runs them: scaled lr, warm-up longer than the run",
            (dataset, model) =>
            [.. Launcher, ("lr", "0.000005"), ("weight_decay", "0.00000001"), ("warmup_lr", "0.00001"), ("min_lr", "0.00001"),
                ("epochs", PaperEpochs(dataset, model, scratch: "300"))]),
        new Preset("paper-finetune",
            "the recommended reading of the paper's fine-tuning: lr 1e-5 towards 5e-6, unscaled, mixup 0.8, light augmentation",
            (dataset, model) =>
        [
            ("batch_size", "128"), ("lr", "0.000005"), ("weight_decay", "0.00000001"), ("warmup_lr", "0.00001"),
            ("min_lr", "0.00001"), ("warmup_epochs", "5"),
            ("schedule", "cosine-epoch"), ("mixup", "0.8"), ("drop_last", "true"),
            ("epochs", PaperEpochs(dataset, model, scratch: "100")),
        ]),
    ]);

    private static (string, string)[] Scratch32 =>
        [("epochs", "100"), ("batch_size", "128"), ("lr", "0.001"), ("lr_reference_batch", "512"), ("weight_decay", "0.05"),
            ("warmup_epochs", "5"), ("min_lr", "0.00001")];

    /// <summary>What the programs of DeiT and Vim do unless told otherwise (<c>docs/reference/models.md 7.1</c>).</summary>
    private static (string, string)[] Launcher =>
    [
        ("batch_size", "128"), ("lr_reference_batch", "512"), ("warmup_epochs", "5"), ("schedule", "cosine-lagged"), .. Augmented,
        ("ema", "0.99996"),
    ];

    /// <summary>
    /// MambaOut's script at its total batch of 4,096, the last ten of 310 epochs being its cooldown
    /// (<c>docs/reference/models.md 7.2</c>).
    /// </summary>
    private static (string, string)[] MambaOutScratch =>
    [
        ("batch_size", "128"), ("accumulate", "32"), ("lr", "0.004"), ("weight_decay", "0.05"), ("warmup_epochs", "20"),
        ("warmup_lr", "0.000001"),
        ("min_lr", "0.00001"), ("epochs", "310"), ("cooldown_epochs", "10"), ("schedule", "cosine-epoch"), .. Augmented,
        ("crop_interpolation", "random"),
    ];

    private static (string, string)[] Augmented =>
    [
        ("augment", "official"), ("rand_augment_magnitude", "9"), ("color_jitter", "0.3"), ("random_erasing", "0.25"),
        ("mixup", "0.8"), ("cutmix", "1"),
        ("label_smoothing", "0.1"), ("drop_last", "true"),
    ];

    private static (string, string)[] Toolbox(Choice dataset) =>
    [
        ("epochs", dataset.Name == ImageNet ? "90" : "100"), ("batch_size", dataset.Name == ImageNet ? "256" : "128"),
        ("optimizer", "sgd"), ("lr", dataset.Name == "gtsrb" ? "0.01" : "0.1"), ("weight_decay", "0.0001"), ("decay_on", "all"),
        ("schedule", "step"), ("milestones", dataset.Name == "cifar10" ? "50,75" : "30,60"), ("warmup_epochs", "0"),
    ];

    // Three epochs of ImageNet for Vim (and DeiT, of which nothing else is said), ten for MambaOut; from scratch they are not
    // given.
    private static string PaperEpochs(Choice dataset, Choice model, string scratch) =>
        dataset.Name != ImageNet ? scratch : ModelOf(model).Family == "mambaout" ? "10" : "3";

    private static ModelEntry ModelOf(Choice model) => model.EntryAs<ModelEntry>();

    private sealed record Preset(string Name, string Summary, Func<Choice, Choice, (string, string)[]> Values) : IPreset
    {
        public IReadOnlyList<OptionInfo> Options => TrainingOptions.All;

        public ICatalogEntry For(Choice dataset, Choice model) =>
            new Resolved(Name, Summary, TrainingOptions.With(Values(dataset, model)));
    }

    private sealed record Resolved(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;
}
