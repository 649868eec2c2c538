using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Training.Input;

namespace Postern.Training.Recipes;

/// <summary>
/// How each family's official program trains, as values of <see cref="TrainingOptions"/> (<c>docs/reference/models.md 7.1</c>
/// to 7.3).
/// </summary>
internal static class OfficialPrograms
{
    /// <summary>Training from scratch: what the paper calls "the original setting in the official code".</summary>
    public static (string Option, string Value)[] Scratch(Choice dataset, Choice model) => Family(model) switch
    {
        "resnet" => Toolbox(dataset),
        "mambaout" => MambaOut(dataset),
        _ => [.. Launcher, ("lr", EntryOf(model).ScratchRate), ("weight_decay", EntryOf(model).ScratchDecay), ("epochs", "300"),
            ("warmup_lr", "0.000001"), ("min_lr", "0.00001")],
    };

    /// <summary>
    /// The same programs told to run for a few epochs. Nothing else of them changes, so that the warm-up may outlast the run; the
    /// toolbox's rate falls after each third of it, as after 30 and 60 of 90 epochs.
    /// </summary>
    /// <param name="dataset">Whose pictures.</param>
    /// <param name="model">Whose program.</param>
    /// <param name="epochs">How many.</param>
    public static (string Option, string Value)[] Shortened(Choice dataset, Choice model, int epochs) =>
    [
        .. Scratch(dataset, model), ("epochs", $"{epochs}"), ("cooldown_epochs", "0"),
        .. Family(model) == "resnet" ? [("milestones", $"{epochs / 3},{2 * epochs / 3}")] : Array.Empty<(string, string)>(),
    ];

    /// <summary>What the programs of DeiT and Vim do unless told otherwise.</summary>
    public static (string Option, string Value)[] Launcher =>
    [
        ("batch_size", "128"), ("lr_reference_batch", "512"), ("warmup_epochs", "5"), ("schedule", "cosine-lagged"), .. Augmented,
        ("ema", "0.99996"),
    ];

    /// <summary>Backdoor-Toolbox's ResNet18.</summary>
    public static (string Option, string Value)[] Toolbox(Choice dataset) =>
    [
        ("epochs", IsImageNet(dataset) ? "90" : "100"), ("batch_size", IsImageNet(dataset) ? "256" : "128"),
        ("optimizer", "sgd"), ("lr", dataset.Name == "gtsrb" ? "0.01" : "0.1"), ("weight_decay", "0.0001"), ("decay_on", "all"),
        ("schedule", "step"), ("milestones", dataset.Name == "cifar10" ? "50,75" : "30,60"), ("warmup_epochs", "0"),
    ];

    /// <summary>Whether a dataset is ImageNet-1K, or laid out like it.</summary>
    public static bool IsImageNet(Choice dataset) => dataset.Name == "imagenet";

    /// <summary>A model's family.</summary>
    public static string Family(Choice model) => EntryOf(model).Family;

    /// <summary>
    /// MambaOut's script at its total batch of 4,096, the last ten of 310 epochs being its cooldown. Its loader is timm's own,
    /// which knows no exception for small pictures: the resized crop at every size.
    /// </summary>
    private static (string Option, string Value)[] MambaOut(Choice dataset) =>
    [
        ("batch_size", "128"), ("accumulate", "32"), ("lr", "0.004"), ("weight_decay", "0.05"), ("warmup_epochs", "20"),
        ("warmup_lr", "0.000001"), ("min_lr", "0.00001"), ("epochs", "310"), ("cooldown_epochs", "10"),
        ("schedule", "cosine-epoch"), .. Augmented, ("crop_interpolation", "random"),
        .. DatasetCatalog.ScaleOf(dataset).InputSize <= Augmentations.LargestPlainCrop
            ? [("augment", "resized-crop")] : Array.Empty<(string, string)>(),
    ];

    private static (string Option, string Value)[] Augmented =>
    [
        ("augment", "official"), ("rand_augment_magnitude", "9"), ("color_jitter", "0.3"), ("random_erasing", "0.25"),
        ("mixup", "0.8"), ("cutmix", "1"), ("label_smoothing", "0.1"), ("drop_last", "true"),
    ];

    private static ModelEntry EntryOf(Choice model) => model.EntryAs<ModelEntry>();
}
