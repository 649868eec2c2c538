using System.Globalization;
using Postern.Configuration;

namespace Postern.Defences.Repairs;

/// <summary>How a repair trains on the clean split.</summary>
/// <param name="UsesSgd">Whether SGD with momentum, AdamW otherwise.</param>
/// <param name="Rate">Learning rate; null to choose it by clean validation pictures.</param>
/// <param name="Delta">Clean validation accuracy, of 1, that a chosen rate may cost.</param>
/// <param name="Epochs">Passes over the clean split.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="Decay">L2 for SGD, decoupled for AdamW.</param>
/// <param name="Augment">Whether pictures are augmented as in the dataset's training.</param>
internal sealed record TuningSettings(
    bool UsesSgd, double? Rate, double Delta, int Epochs, int BatchSize, double Decay, bool Augment)
{
    private const string Auto = "auto", Sgd = "sgd", AdamW = "adamw";

    /// <summary>What a study may set, with a repair's own defaults.</summary>
    public static IReadOnlyList<OptionInfo> Options(
        int epochs, int batch, string decay, string rate = Auto, string optimizer = Sgd, bool augment = true) =>
    [
        new("optimizer", OptionKind.Word, optimizer, "sgd, with a momentum of 0.9, or adamw") { Allowed = [Sgd, AdamW] },
        new("rate", OptionKind.Word, rate,
            "learning rate; auto: the largest of 0.001, 0.003, 0.01 and 0.03 (sgd; a tenth of each for adamw) that costs no more "
                + "accuracy on clean validation pictures than tune_delta"),
        new("tune_delta", OptionKind.Number, "0.05", "rate auto: accuracy below that of the best rate that is borne, of 1")
        {
            Min = 0,
            Max = 1,
            // Where rates were chosen otherwise before, the optimiser was written otherwise, too.
            Neutral = "0.05",
        },
        new("tune_epochs", OptionKind.Integer, epochs.ToString(CultureInfo.InvariantCulture), "passes over the clean split")
        {
            Min = 1,
        },
        new("tune_batch", OptionKind.Integer, batch.ToString(CultureInfo.InvariantCulture), "pictures in a step") { Min = 1 },
        new("decay", OptionKind.Number, decay, "weight decay") { Min = 0 },
        new("augment", OptionKind.Switch, augment ? "true" : "false", "whether the pictures are augmented as in training"),
    ];

    /// <summary>What was set.</summary>
    /// <exception cref="InputException">The rate is neither a positive number nor <c>auto</c>.</exception>
    public static TuningSettings Of(Choice choice)
    {
        string text = choice.Word("rate");
        double? rate = text == Auto ? null
            : OptionValue.ParseNumber(text) is decimal value and > 0 ? (double)value
            : throw choice.Error($"rate is '{text}', expected a number above 0, or '{Auto}'");
        return new TuningSettings(choice.Word("optimizer") == Sgd, rate, (double)choice.Number("tune_delta"),
            choice.Integer("tune_epochs"), choice.Integer("tune_batch"), (double)choice.Number("decay"),
            choice.Switch("augment"));
    }

    /// <summary>The rates to choose from, ascending.</summary>
    public IReadOnlyList<double> Rates => Rate is double set ? [set]
        : UsesSgd ? [1e-3, 3e-3, 1e-2, 3e-2] : [1e-4, 3e-4, 1e-3, 3e-3];
}
