using Postern.Configuration;
using Postern.Models;
using Postern.Training.Input;
using Postern.Training.Optimisation;

namespace Postern.Training.Recipes;

/// <summary>The training options of a study file, and their values as settings.</summary>
public static class TrainingOptions
{
    /// <summary>Every option, with the values of plain AdamW as defaults; a preset replaces some of them.</summary>
    public static IReadOnlyList<OptionInfo> All { get; } =
    [
        new("epochs", OptionKind.Integer, "10",
            "passes over the training set; 0 measures the weights that are loaded as they are")
        {
            Min = 0,
        },
        new("batch_size", OptionKind.Integer, "128", "pictures in a step") { Min = 1 },
        new("optimizer", OptionKind.Word, "adamw", "adamw (betas 0.9, 0.999) or sgd") { Allowed = ["adamw", "sgd"] },
        new("accumulate", OptionKind.Integer, "1", "batches whose gradients make one update") { Min = 1 },
        new("lr", OptionKind.Number, "0.001", "base learning rate") { Min = 0 },
        new("lr_reference_batch", OptionKind.Integer, "0",
            "multiplies lr by (pictures in an update) / this, as the official programs do with 512; 0: lr is absolute")
        {
            Min = 0,
        },
        new("momentum", OptionKind.Number, "0.9", "of SGD") { Min = 0, Max = 1 },
        new("weight_decay", OptionKind.Number, "0.05", "decoupled for AdamW, L2 for SGD") { Min = 0 },
        new("decay_on", OptionKind.Word, "official", "which parameters decay: as the model's official code groups them, or all")
        {
            Allowed = ["official", "all"],
        },
        new("schedule", OptionKind.Word, "cosine",
            "cosine (each step), cosine-epoch (held for an epoch), cosine-lagged (held, epoch k at the value for k - 1: DeiT's "
                + "and Vim's program), step")
        {
            Allowed = ["cosine", "cosine-epoch", "cosine-lagged", "step"],
        },
        new("warmup_epochs", OptionKind.Number, "1", "epochs of linear warm-up; may be a fraction") { Min = 0 },
        new("warmup_lr", OptionKind.Number, "0.00001", "learning rate at the start of the warm-up") { Min = 0 },
        new("min_lr", OptionKind.Number, "0.00001", "learning rate at the end of the cosine") { Min = 0 },
        new("cooldown_epochs", OptionKind.Integer, "0", "last epochs, spent at min_lr") { Min = 0 },
        new("milestones", OptionKind.Integers, "", "epochs after which the step schedule multiplies the rate by gamma"),
        new("gamma", OptionKind.Number, "0.1", "factor of the step schedule") { Min = 0, Max = 1 },
        new("mixup", OptionKind.Number, "0", "alpha of mixup; 0 for none") { Min = 0 },
        new("cutmix", OptionKind.Number, "0", "alpha of CutMix; 0 for none; beside mixup each step draws one of the two")
        {
            Min = 0,
        },
        new("label_smoothing", OptionKind.Number, "0", "share of the target spread over all classes") { Min = 0, Max = 0.999m },
        new("augment", OptionKind.Word, "dataset",
            "dataset (its usual light augmentation), none, flip-crop, crop, rotate, resized-crop, "
            + "official (resized crop and flip; at inputs of 32 or less padded crop and flip)")
        {
            Allowed = Augmentations.Names,
        },
        // Here auto is a rule of its own, and counts as such in ids: where both are used it stands for two words at once.
        new("crop_interpolation", OptionKind.Word, "auto",
            "of resized crops and of RandAugment's geometry: bilinear, bicubic, random (drawn "
            + "for each), auto (bilinear in resized-crop, else bicubic)")
        {
            Allowed = ["auto", "bilinear", "bicubic", "random"],
        },
        new("rand_augment_magnitude", OptionKind.Number, "0",
            "mean level of RandAugment, up to 10; 0 for none, 9 in the official recipes")
        {
            Min = 0,
            Max = 10,
        },
        new("rand_augment_ops", OptionKind.Integer, "2", "operations that RandAugment draws for a picture") { Min = 1, Max = 15 },
        new("color_jitter", OptionKind.Number, "0",
            "strength of brightness, contrast and saturation jitter; idle beside RandAugment")
        {
            Min = 0,
            Max = 1,
        },
        new("random_erasing", OptionKind.Number, "0", "probability that a box becomes noise; 0.25 in the official recipes")
        {
            Min = 0,
            Max = 1,
        },
        new("repeated_augmentation", OptionKind.Integer, "1",
            "times that each picture of an epoch comes, augmented anew, the epoch being as long as ever: 3 in the programs of DeiT "
                + "and Vim where their launcher is told of processes")
        {
            Min = 1,
            Max = 16,
            Neutral = "1",
        },
        new("precision", OptionKind.Word, "float32",
            "of matrix products and convolutions, in training and in tests: float32, bf16 (weights stay float32), auto (bf16 "
                + "where the processor multiplies it)")
        {
            Allowed = Precisions.Words,
            Resolve = word => Precisions.Of(word).Word(),
        },
        new("tf32", OptionKind.Switch, "false",
            "a card rounds the factors of float32 products and convolutions to TF32, of 10 bits, in training and in tests; refused on "
                + "the processor, which has none")
        {
            Neutral = "false",
        },
        new("drop_last", OptionKind.Switch, "false", "leave out the samples that do not fill an epoch's last batch"),
        new("ema", OptionKind.Number, "0", "decay of a running mean of the weights, kept and measured beside them; 0 for none")
        {
            Min = 0,
            Max = 0.9999999m,
        },
        new("eval_every", OptionKind.Integer, "1", "epochs between evaluations; 0 for the last epoch only") { Min = 0 },
    ];

    /// <summary>The options with other defaults for some of them; of a name given twice the last counts.</summary>
    /// <exception cref="ArgumentException">There is no option of that name.</exception>
    public static IReadOnlyList<OptionInfo> With(params (string Name, string Default)[] defaults)
    {
        if (Array.Find(defaults, d => All.All(o => o.Name != d.Name)) is (string unknown, _))
            throw new ArgumentException($"there is no training option '{unknown}'", nameof(defaults));
        return [.. All.Select(o => defaults.LastOrDefault(d => d.Name == o.Name) is (not null, string value)
            ? o with { Default = value } : o)];
    }

    /// <summary>The settings that <paramref name="choice"/> stands for.</summary>
    public static TrainingSettings Settings(Choice choice)
    {
        int epochs = choice.Integer("epochs"), cooldown = choice.Integer("cooldown_epochs");
        if (cooldown >= epochs && cooldown > 0)
            throw choice.Error($"cooldown_epochs {cooldown} leaves nothing of epochs {epochs}");
        int batch = choice.Integer("batch_size"), accumulate = choice.Integer("accumulate"),
            reference = choice.Integer("lr_reference_batch");
        double lr = (double)choice.Number("lr") * (reference > 0 ? (double)batch * accumulate / reference : 1);
        var cosine = new CosineSchedule(lr, (double)choice.Number("min_lr"), (double)choice.Number("warmup_lr"),
            (double)choice.Number("warmup_epochs"), epochs - cooldown);
        return new TrainingSettings
        {
            Epochs = epochs,
            BatchSize = batch,
            Accumulate = accumulate,
            UseSgd = choice.Word("optimizer") == "sgd",
            LearningRate = lr,
            Momentum = (double)choice.Number("momentum"),
            WeightDecay = (double)choice.Number("weight_decay"),
            DecayAll = choice.Word("decay_on") == "all",
            Schedule = choice.Word("schedule") switch
            {
                "step" => new StepSchedule(lr, choice.Integers("milestones"), (double)choice.Number("gamma")),
                "cosine-epoch" => new EpochSchedule(cosine, Lag: 0),
                "cosine-lagged" => new EpochSchedule(cosine, Lag: 1),
                _ => cosine,
            },
            MixupAlpha = (double)choice.Number("mixup"),
            LabelSmoothing = (double)choice.Number("label_smoothing"),
            CutmixAlpha = (double)choice.Number("cutmix"),
            Augmentation = choice.Word("augment"),
            CropInterpolation = choice.Word("crop_interpolation"),
            RandAugmentMagnitude = (double)choice.Number("rand_augment_magnitude"),
            RandAugmentOperations = choice.Integer("rand_augment_ops"),
            ColorJitter = (double)choice.Number("color_jitter"),
            RandomErasing = (double)choice.Number("random_erasing"),
            Repeats = choice.Integer("repeated_augmentation"),
            Precision = Precisions.Of(choice.Word("precision")),
            UsesTf32 = choice.Switch("tf32"),
            DropLast = choice.Switch("drop_last"),
            EmaDecay = (double)choice.Number("ema"),
            EvaluateEvery = choice.Integer("eval_every"),
        };
    }
}
