using System.Globalization;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.Data;

/// <summary>Makes the row of a cell: what it is, what it was set to, what it measured, where it lies, and where it ran.</summary>
/// <param name="catalogs">Tell the types of options; one that they do not know is text.</param>
public sealed class CellData(StudyCatalogs catalogs)
{
    private static readonly string[] Parts = ["attack", "dataset", "defence", "model", "train"];

    private readonly IReadOnlyList<OptionInfo> training =
        [.. catalogs.Presets.SelectMany(p => p.Options).DistinctBy(o => o.Name)];

    /// <summary>The table of <paramref name="cells"/>; options are columns <c>part.option</c>, in alphabetical order.</summary>
    /// <exception cref="InputException">A record is damaged.</exception>
    public CellTable Of(IEnumerable<RecordedCell> cells)
    {
        (List<(string, object?)> What, SortedDictionary<string, object?> Options, List<(string, object?)> Measured,
            SortedDictionary<string, object?> Machine)[] rows =
            [.. cells.Select(c => (What(c), Options(c.Description), Measured(c), Machine(c.Description)))];
        string[] columns =
        [
            .. rows.SelectMany(r => r.What).Select(v => v.Item1)
                .Concat(rows.SelectMany(r => r.Options.Keys).Distinct().OrderBy(Rank).ThenBy(k => k, StringComparer.Ordinal))
                .Concat(rows.SelectMany(r => r.Measured).Select(v => v.Item1))
                .Concat(rows.SelectMany(r => r.Machine.Keys).Order(StringComparer.Ordinal)).Distinct(),
        ];
        return new CellTable(columns,
        [
            .. rows.Select(r => (IReadOnlyDictionary<string, object?>)r.What.Concat(r.Measured)
                .Concat(r.Options.Concat(r.Machine).Select(o => (o.Key, o.Value))).ToDictionary(v => v.Item1, v => v.Item2)),
        ]);
    }

    // The poisoning rate first, then part by part.
    private static int Rank(string key) => key == RowSettings.PoisonRate ? -1 : Array.IndexOf(Parts, key.Split('.')[0]);

    private static List<(string, object?)> What(RecordedCell cell)
    {
        CellDescription d = cell.Description;
        return
        [
            ("study", d.Study), ("id", d.Id), ("state", cell.Phase.ToString().ToLowerInvariant()),
            ("dataset", d.Dataset.Name), ("model", d.Model.Name), ("attack", d.Attack.Name), ("defence", d.Defence.Name),
            ("dataset_label", d.Dataset.Label), ("model_label", d.Model.Label), ("attack_label", d.Attack.Label),
            ("defence_label", d.Defence.Label), ("seed", d.Seed), ("poison_seed", d.PoisonSeed), ("preset", d.Training.Name),
        ];
    }

    private SortedDictionary<string, object?> Options(CellDescription d)
    {
        var options = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        Add("dataset", d.Dataset, catalogs.Datasets.Find(d.Dataset.Name)?.Options);
        Add("model", d.Model, catalogs.Models.Find(d.Model.Name)?.Options);
        Add("attack", d.Attack, catalogs.Attacks.Find(d.Attack.Name)?.Options);
        Add("defence", d.Defence, catalogs.Defences.Find(d.Defence.Name)?.Options);
        Add("train", d.Training, training);
        return options;

        void Add(string part, ChoiceRecord choice, IReadOnlyList<OptionInfo>? known)
        {
            foreach ((string name, string value) in choice.Options)
            {
                OptionInfo? option = known?.FirstOrDefault(o => o.Name == name);
                options[$"{part}.{name}"] = option is null ? value : OptionValue.Typed(option, value);
            }
        }
    }

    private static List<(string, object?)> Measured(RecordedCell cell)
    {
        (CellDescription d, CellResult? r) = (cell.Description, cell.Result);
        Measurement? first = r?.Measurements[0];
        Measurement? average = r?.Measurements.FirstOrDefault(m => m.Weights == MeasuredWeights.Average);
        Detection? found = r?.Detections.FirstOrDefault();
        AdversarialRecord? moved = cell.ReadAdversarial();
        return
        [
            ("weights", first is null ? null : first.Weights.ToString().ToLowerInvariant()),
            ("input", first is null ? null : first.Input.ToString().ToLowerInvariant()),
            .. Share("acc", first?.Acc), .. Share("asr", first?.Asr), .. Share("ra", first?.Ra),
            .. Share("poison_fit", first?.PoisonFit),
            ("ema_acc", average?.Acc.Value), ("ema_asr", average?.Asr?.Value),
            ("detector", found?.Detector), ("auroc", found is null ? null : Finite(found.All.Auroc)),
            .. Share("tpr", found?.All.TruePositives), .. Share("fpr", found?.FalsePositives),
            .. moved is null ? [] : AdversarialBall.All.SelectMany(b => Share($"adversarial_{b.Key}", moved.Within(b))),
            ("poisoned", r?.Poisoned), ("covers", r?.Covers), ("requested_poisons", r?.RequestedPoisons),
            ("requested_covers", r?.RequestedCovers), ("parameters", r?.Parameters), ("epochs", r?.Epochs),
            ("final_loss", r is null ? null : Finite(r.FinalLoss)), ("train_seconds", r?.TrainSeconds),
            ("begun_utc", Time(d.CreatedUtc)), ("finished_utc", r is null ? null : Time(r.FinishedUtc)),
            ("trained_by", d.TrainedBy), ("pretraining", d.Pretraining), ("target_class", d.TargetClass),
            ("classes", d.ClassNames.Count), ("train_pictures", d.TrainCount), ("test_pictures", d.TestCount),
            ("layout", d.Layout), ("train_sha256", d.TrainFingerprint), ("test_sha256", d.TestFingerprint),
            ("trigger_sha256", d.TriggerSha256), ("folder", cell.Folder), ("weights_file", cell.Weights),
        ];
    }

    private static SortedDictionary<string, object?> Machine(CellDescription d)
    {
        var facts = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string key, string value) in d.Hardware) facts[$"machine.{key}"] = value;
        foreach ((string key, string value) in d.Paths) facts[$"paths.{key}"] = value;
        foreach ((string key, string value) in d.Versions) facts[$"versions.{key}"] = value;
        return facts;
    }

    private static IEnumerable<(string, object?)> Share(string name, Proportion? share)
    {
        Proportion? counted = share is { Total: > 0 } ? share : null;
        return
        [
            (name, counted?.Value), ($"{name}_low", counted?.Low), ($"{name}_high", counted?.High), ($"{name}_hits", share?.Hits),
            ($"{name}_total", share?.Total),
        ];
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'",
        CultureInfo.InvariantCulture);
}
