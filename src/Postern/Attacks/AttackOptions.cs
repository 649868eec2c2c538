using System.Globalization;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>The options that attacks share, and what is made of them.</summary>
public static class AttackOptions
{
    private const int NamesShown = 50;

    /// <summary>The class that triggered pictures shall be taken for (<see cref="TargetOf"/>).</summary>
    public static OptionInfo Target { get; } =
        new("target", OptionKind.Integer, "-1", "target class, by number or name; -1 for the dataset's usual one")
        {
            Min = -1,
            TakesName = true,
        };

    /// <summary>What <see cref="Target"/> was set to; the dataset's usual class where it was not.</summary>
    /// <exception cref="InputException">It names no class of the dataset.</exception>
    public static int TargetOf(Choice choice, DatasetTraits dataset) =>
        ClassOf(choice, Target.Name, dataset) is >= 0 and int target ? target : dataset.TargetClass;

    /// <summary>The class that an option names, by number or name.</summary>
    /// <exception cref="InputException">It names no class of the dataset.</exception>
    public static int ClassOf(Choice choice, string option, DatasetTraits dataset) =>
        NumberOf(choice, option, choice.Values[option], dataset);

    /// <summary>The classes that an option lists, each by number or name.</summary>
    /// <exception cref="InputException">One names no class of the dataset.</exception>
    public static int[] ClassesOf(Choice choice, string option, DatasetTraits dataset) =>
        [.. Listed(choice.Values[option]).Select(value => NumberOf(choice, option, value, dataset))];

    /// <summary>
    /// Values by option, classes by number where a name is known: what counts in a cell's id, so that a name and its number are
    /// one cell.
    /// </summary>
    internal static IReadOnlyDictionary<string, string> ByNumber(
        Choice choice, IReadOnlyDictionary<string, string> values, IReadOnlyList<string> classNames)
    {
        var named = new HashSet<string>(choice.Entry.Options.Where(o => o.TakesName).Select(o => o.Name), StringComparer.Ordinal);
        return values.ToDictionary(v => v.Key, v => !named.Contains(v.Key) ? v.Value
            : string.Join(',', Listed(v.Value).Select(value => IndexOf(value, classNames) is >= 0 and int label
                ? label.ToString(CultureInfo.InvariantCulture) : value)), StringComparer.Ordinal);
    }

    private static string[] Listed(string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int IndexOf(string name, IReadOnlyList<string> names)
    {
        string wanted = name.Normalize();
        for (int label = 0; label < names.Count; label++)
            if (names[label].Normalize() == wanted) return label;
        return -1;
    }

    private static int NumberOf(Choice choice, string option, string value, DatasetTraits dataset)
    {
        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)) return number;
        int named = IndexOf(value, dataset.ClassNames);
        string hint = named >= 0 ? "" : NearestName.Hint(value, dataset.ClassNames.Take(NamesShown));
        return named >= 0
            ? named : throw choice.Error($"{option} is '{value}', but {dataset.Name} has no class of that name{hint}");
    }

    /// <summary>The paper's rule (true) or the toolbox's (false).</summary>
    public static OptionInfo ExcludeTarget { get; } =
        new("exclude_target", OptionKind.Switch, "true",
            "poison no sample that has the target label already (the paper); false as the toolbox");

    /// <summary>A picture in place of the drawn trigger.</summary>
    public static OptionInfo Trigger { get; } =
        new("trigger", OptionKind.File, "",
            "PNG of the trigger, resized to the whole picture; transparent pixels are not planted; empty for the one drawn by "
                + "Postern");

    /// <summary>Where a trigger from a file is planted.</summary>
    public static OptionInfo TriggerMask { get; } =
        new("trigger_mask", OptionKind.File, "",
            "PNG whose red channel / 255 is the trigger's mask; empty for its alpha, or its non-black pixels where it has none");

    /// <summary>Where a trigger from a file stands.</summary>
    public static OptionInfo TriggerAt { get; } =
        new("trigger_at", OptionKind.Integers, "",
            "column and row of the trigger picture's upper left pixel, e.g. [28, 28]; [-1, -1] is the lower right corner; empty "
                + "for that corner where trigger_size is set, else for the whole picture")
        {
            Neutral = "",
        };

    /// <summary>How large a trigger from a file is.</summary>
    public static OptionInfo TriggerSize { get; } =
        new("trigger_size", OptionKind.Integers, "",
            "width and height of the trigger picture in pixels, e.g. [3, 3], or the width alone; empty for its own where "
                + "trigger_at is set, else for the whole picture")
        {
            Min = 1,
            Max = 4096,
            Neutral = "",
        };

    /// <summary>What happens where a learned artifact is not as good as it must be; see <see cref="Attack.WarnsOnly"/>.</summary>
    public static OptionInfo Accept { get; } =
        new("accept", OptionKind.Word, "required",
            "an artifact that fails its acceptance check fails the cell (required) or warns (warn)")
        {
            Allowed = ["required", "warn"],
        };

    /// <summary>How much a learned attack learns from.</summary>
    public static OptionInfo PrepareSubset(int pictures) =>
        new("prepare_subset", OptionKind.Integer, pictures.ToString(CultureInfo.InvariantCulture),
            "at most so many training pictures are learned from; 0 for all but the tenth (at most 1000) held out")
        {
            Min = 0,
        };

    /// <summary>The seed of what is learned, apart from the cell's, so that all cells share it.</summary>
    public static OptionInfo PrepareSeed { get; } =
        new("prepare_seed", OptionKind.Integer, "0", "seed of the preparation; the cell's seed does not change it");

    /// <summary>Passes of a part of the preparation.</summary>
    public static OptionInfo PrepareEpochs(string name, int epochs, string meaning) =>
        new(name, OptionKind.Integer, epochs.ToString(CultureInfo.InvariantCulture), meaning) { Min = 1, Max = 10_000 };

    /// <summary>What <see cref="Accept"/> was set to.</summary>
    public static bool WarnsOnly(Choice choice) => choice.Word("accept") == "warn";

    /// <summary>The toolbox saves ImageNet poisons as JPEG; see <see cref="Attack.Recompresses"/>.</summary>
    public static OptionInfo Recompress { get; } = new("recompress", OptionKind.Switch, "false",
        "compress poisons once more as JPEG (quality 75, 4:2:0), as the toolbox does on ImageNet; then compression "
            + "alone tells them apart");

    /// <summary>Share of the training set that is poisoned.</summary>
    public static OptionInfo PoisonRate(decimal rate) =>
        new("poison_rate", OptionKind.Number, Text(rate), "poisons, as a fraction of the whole training set")
        {
            Min = 0,
            Max = 1,
        };

    /// <summary>Share of the training set that carries the trigger under its true label.</summary>
    public static OptionInfo CoverRate(decimal rate) =>
        new("cover_rate", OptionKind.Number, Text(rate), "covers (trigger, true label), as a fraction of the whole training set")
        {
            Min = 0,
            Max = 1,
        };

    /// <summary>A fraction in [0, 1].</summary>
    public static OptionInfo Opacity(decimal opacity) =>
        Opacity("opacity", opacity, "weight of the trigger over the picture, 0 to 1");

    /// <summary>As <see cref="Opacity(decimal)"/>, for an attack with several.</summary>
    public static OptionInfo Opacity(string name, decimal opacity, string meaning) =>
        new(name, OptionKind.Number, Text(opacity), meaning) { Min = 0, Max = 1 };

    /// <summary>Before or after the geometric augmentation.</summary>
    public static OptionInfo Stage(TriggerStage stage) =>
        new("trigger_stage", OptionKind.Word, Word(stage),
            "plant on the stored picture before augmentation, or on the input after its geometric part; auto: cropped for "
                + "ImageNet, stored for 32x32")
        {
            Allowed = [.. Enum.GetValues<TriggerStage>().Select(Word)],
        };

    /// <summary>What <see cref="TriggerStage.Auto"/> stands for.</summary>
    public static AutoOption AutoStage { get; } =
        new("trigger_stage", (_, pictures) => Word(pictures.Crops ? TriggerStage.Cropped : TriggerStage.Stored));

    /// <summary>Side of the pictures that the trigger is planted into: see <see cref="Attack.PlantedSize"/>.</summary>
    public static int PlantedSize(Choice choice, PlantedPictures pictures) =>
        StageOf(choice) == TriggerStage.Cropped || (StageOf(choice) == TriggerStage.Auto && pictures.Crops)
            ? pictures.InputSize : pictures.StoredSize;

    /// <summary>What <see cref="Stage(TriggerStage)"/> was set to.</summary>
    public static TriggerStage StageOf(Choice choice) =>
        Enum.GetValues<TriggerStage>().First(s => Word(s) == choice.Word("trigger_stage"));

    /// <summary>What <see cref="Recompress"/> was set to.</summary>
    /// <exception cref="InputException">It is on, but the trigger is not planted on the stored picture.</exception>
    public static bool RecompressesOf(Choice choice) => choice.Switch("recompress")
        && (StageOf(choice) == TriggerStage.Stored
            ? true : throw choice.Error("recompress is about the stored picture; set trigger_stage to stored, too"));

    /// <summary>
    /// The rates of <see cref="PoisonRate"/> and, where the attack has them, <see cref="CoverRate"/> and
    /// <see cref="ExcludeTarget"/>.
    /// </summary>
    public static PoisonBudget BudgetOf(Choice choice) =>
        new(choice.Number("poison_rate"), choice.Values.ContainsKey("cover_rate") ? choice.Number("cover_rate") : 0)
        {
            ExcludeTarget = !choice.Values.ContainsKey("exclude_target") || choice.Switch("exclude_target"),
        };

    /// <summary>The trigger from <see cref="Trigger"/>, or the drawn one.</summary>
    /// <param name="choice">The attack's options.</param>
    /// <param name="drawn">Postern's own trigger.</param>
    /// <param name="masked">Whether the attack takes a mask (option, else the non-black rule); otherwise it covers the
    /// picture.</param>
    /// <exception cref="InputException">A file that cannot be read, or a mask without a trigger.</exception>
    public static TriggerSource TriggerOf(Choice choice, TriggerSource drawn, bool masked)
    {
        string? path = choice.File("trigger");
        if (!masked) return path is null ? drawn : TriggerSource.Whole(path);
        TriggerPlace place = TriggerPlace.Of(choice, TriggerAt.Name, TriggerSize.Name);
        string? mask = choice.File("trigger_mask");
        if (path is not null) return TriggerSource.Masked(path, mask, place);
        if (mask is null && place.IsWhole) return drawn;
        string set = mask is not null ? "trigger_mask" : place.At.Count > 0 ? TriggerAt.Name : TriggerSize.Name;
        throw choice.Error($"{set} is set without trigger; set both, or neither for the drawn trigger");
    }

    private static string Word(TriggerStage stage) => stage.ToString().ToLowerInvariant();

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
