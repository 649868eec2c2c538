using Postern.Configuration;

namespace Postern.Training.Recipes;

/// <summary>
/// Named training settings (<c>docs/reference/models.md 7</c>, <c>docs/reference/attacks.md 4</c>). A new one is one line in
/// <see cref="All"/>.
/// </summary>
public static class PresetCatalog
{
    /// <summary>The presets, in the order of listings.</summary>
    public static Catalog<IPreset> All { get; } = new("preset",
    [
        new Preset("quick", "AdamW for small models and short runs", (_, _) =>
            [("epochs", "8"), ("batch_size", "32"), ("lr", "0.002"), ("weight_decay", "0.05"), ("warmup_epochs", "0.5")]),
        new Preset("scratch-32", "a light training at 32x32: AdamW, lr 1e-3 * batch / 512, 100 epochs", (_, _) => Scratch32),
        new Preset("paper-scratch",
            "the paper's training from scratch by \"the original setting in the official code\": as scratch-official",
            OfficialPrograms.Scratch),
        new Preset("paper-scratch-light", "the light reading of the same: ResNet18 as toolbox, all others as scratch-32",
            (dataset, model) => OfficialPrograms.Family(model) == "resnet" ? OfficialPrograms.Toolbox(dataset) : Scratch32),
        new Preset("toolbox", "Backdoor-Toolbox's ResNet18: SGD, step decay, 100 epochs (GTSRB: lr 0.01)",
            (dataset, _) => OfficialPrograms.Toolbox(dataset)),
        new Preset("scratch-official",
            "each family's official training from scratch, 300 epochs with all its augmentation (ResNet18: toolbox)",
            OfficialPrograms.Scratch),
        new Preset("paper-literal",
            "the paper's numbers as the official fine-tuning program runs them: scaled lr, warm-up longer than the run",
            (dataset, model) =>
            [.. OfficialPrograms.Launcher, ("lr", "0.000005"), ("weight_decay", "0.00000001"), ("warmup_lr", "0.00001"),
                ("min_lr", "0.00001"), ("epochs", PaperEpochs(dataset, model, scratch: "300"))]),
        new Preset("paper-finetune",
            "the paper's fine-tuning: Vim by the paper's numbers (as paper-finetune-vim); on ImageNet all others by their own "
                + "program",
            (dataset, model) => OfficialPrograms.Family(model) == "vim" || !OfficialPrograms.IsImageNet(dataset)
                ? VimFineTuning(dataset, model)
                : OfficialPrograms.Shortened(dataset, model, ImageNetEpochs(model))),
        new Preset("paper-finetune-vim",
            "the paper's numbers for every model: lr 1e-5 towards 5e-6, unscaled, mixup 0.8, light augmentation", VimFineTuning),
    ]);

    private static (string, string)[] Scratch32 =>
        [("epochs", "100"), ("batch_size", "128"), ("lr", "0.001"), ("lr_reference_batch", "512"), ("weight_decay", "0.05"),
            ("warmup_epochs", "5"), ("min_lr", "0.00001")];

    private static (string, string)[] VimFineTuning(Choice dataset, Choice model) =>
    [
        ("batch_size", "128"), ("lr", "0.000005"), ("weight_decay", "0.00000001"), ("warmup_lr", "0.00001"),
        ("min_lr", "0.00001"), ("warmup_epochs", "5"), ("schedule", "cosine-epoch"), ("mixup", "0.8"), ("drop_last", "true"),
        ("epochs", PaperEpochs(dataset, model, scratch: "100")),
    ];

    private static string PaperEpochs(Choice dataset, Choice model, string scratch) =>
        OfficialPrograms.IsImageNet(dataset) ? $"{ImageNetEpochs(model)}" : scratch;

    // Three epochs for Vim (and DeiT and ResNet18, of which nothing else is said), ten for MambaOut.
    private static int ImageNetEpochs(Choice model) => OfficialPrograms.Family(model) == "mambaout" ? 10 : 3;

    private sealed record Preset(string Name, string Summary, Func<Choice, Choice, (string, string)[]> Values) : IPreset
    {
        public IReadOnlyList<OptionInfo> Options => TrainingOptions.All;

        public ICatalogEntry For(Choice dataset, Choice model) =>
            new Resolved(Name, Summary, TrainingOptions.With(Values(dataset, model)));
    }

    private sealed record Resolved(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;
}
