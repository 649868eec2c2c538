using System.Globalization;
using Postern.Configuration;

namespace Postern.Defences.Detectors;

/// <summary>
/// How triggered inputs are told by trials (Doan et al. 2023): which counts of changed predictions raise the alarm.
/// </summary>
/// <param name="Trials">Draws for each input.</param>
/// <param name="Threshold">Changed predictions, of <paramref name="Trials"/>, at which the alarm is raised, inclusive.</param>
/// <param name="FewRaise">
/// Whether few changes raise it (a blended trigger outlasts the shuffling of patches) rather than many (a dropped patch takes its
/// trigger along).
/// </param>
public sealed record TrialOptions(int Trials, int Threshold, bool FewRaise)
{
    /// <summary>What a study may set.</summary>
    /// <param name="fewRaise">The defence's usual side.</param>
    internal static IReadOnlyList<OptionInfo> Options(bool fewRaise) =>
    [
        new("trials", OptionKind.Integer, "10", "protocol detect: draws for each input")
        {
            Min = 1,
            Max = 1000,
            DecidesTraining = false,
        },
        new("threshold", OptionKind.Integer, "-1",
            "protocol detect: changed predictions that raise the alarm, inclusive; -1 for half of the trials")
        {
            Min = -1,
            DecidesTraining = false,
        },
        new("alarm", OptionKind.Word, fewRaise ? "few" : "many",
            "protocol detect: whether many or few changed predictions raise it")
        {
            Allowed = ["many", "few"],
            DecidesTraining = false,
        },
    ];

    /// <summary>What was set.</summary>
    /// <exception cref="InputException">More changes than trials are asked for.</exception>
    internal static TrialOptions Of(Choice choice)
    {
        int trials = choice.Integer("trials"), threshold = choice.Integer("threshold");
        if (threshold > trials)
        {
            throw choice.Error(string.Create(CultureInfo.InvariantCulture,
                $"threshold is {threshold}, more than the {trials} trials; choose 0 to {trials}"));
        }
        return new TrialOptions(trials, threshold < 0 ? trials / 2 : threshold, choice.Word("alarm") == "few");
    }
}
