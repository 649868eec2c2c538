using System.Globalization;
using Postern.Configuration;
using Postern.Models;

namespace Postern.Defences.Repairs;

/// <summary>How a repair trains on the clean split.</summary>
/// <param name="Optimizer"><c>auto</c>: SGD for models with batch norm, AdamW for others, which SGD at such rates barely moves:
/// that would read as a robust backdoor.</param>
/// <param name="Rate">Learning rate; null to choose it by clean validation pictures.</param>
/// <param name="Epochs">Passes over the clean split.</param>
/// <param name="BatchSize">Pictures in a step.</param>
/// <param name="Decay">L2 for SGD, decoupled for AdamW.</param>
/// <param name="Augment">Whether pictures are augmented as in the dataset's training.</param>
internal sealed record TuningSettings(string Optimizer, double? Rate, int Epochs, int BatchSize, double Decay, bool Augment)
{
    private const string Auto = "auto", Sgd = "sgd", AdamW = "adamw";

    /// <summary>What a study may set, with a repair's own defaults.</summary>
    public static IReadOnlyList<OptionInfo> Options(
        int epochs, int batch, string decay, string rate = Auto, string optimizer = Auto, bool augment = true) =>
    [
        new("optimizer", OptionKind.Word, optimizer, "auto: sgd for models with batch norm, adamw for others")
        {
            Allowed = [Auto, Sgd, AdamW],
        },
        new("rate", OptionKind.Word, rate,
            "learning rate; auto: 0.01 for sgd, for adamw the largest of 0.0001, 0.0003 and 0.0005 whose accuracy on clean "
                + "validation pictures is within a point of the best"),
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
        return new TuningSettings(choice.Word("optimizer"), rate, choice.Integer("tune_epochs"), choice.Integer("tune_batch"),
            (double)choice.Number("decay"), choice.Switch("augment"));
    }

    /// <summary>Whether <paramref name="model"/> is tuned by SGD.</summary>
    public bool UsesSgd(Backbone model) => Optimizer == Sgd
        || (Optimizer == Auto && HasBatchNorm(model));

    /// <summary>Whether a model normalises over batches.</summary>
    public static bool HasBatchNorm(Backbone model) => model.NormalisesOverBatches;

    /// <summary>The rates to choose from, ascending.</summary>
    public IReadOnlyList<double> Rates(Backbone model) => Rate is double set ? [set] : UsesSgd(model) ? [0.01]
        : [1e-4, 3e-4, 5e-4];
}
