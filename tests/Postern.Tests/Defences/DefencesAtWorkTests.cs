using Postern.Attacks;
using Postern.Defences;
using Postern.Defences.Detectors;
using Postern.Defences.Filters;
using Postern.Defences.Repairs;
using Postern.Defences.Scans;
using Postern.Evaluation;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Tests.Defences;

/// <summary>Every defence on a tiny model of each family that has learnt a real backdoor.</summary>
[LongGroup("Defences")]
public sealed class DefencesAtWorkTests
{
    private static readonly Dictionary<string, BackdooredStripes> Trained = [];

    public static TheoryData<string> Families => ["resnet-mini", "vim", "deit", "mambaout"];

    private static BackdooredStripes Model(string family)
    {
        lock (Trained)
        {
            if (Trained.TryGetValue(family, out BackdooredStripes? known)) return known;
            var made = new BackdooredStripes(family);
            (CleanResult clean, TriggeredResult triggered) = made.Evaluator.Both(made.Attack);
            Assert.True(clean.Acc.Value > 0.9 && triggered.Asr.Value > 0.9, $"{family}: {clean.Acc.Value} {triggered.Asr.Value}");
            return Trained[family] = made;
        }
    }

    private static DetectionScores Detected(BackdooredStripes on, string defence, params (string, string)[] options) =>
        Inspection.Of(Made(on, defence, options).Detector!, on.Evaluator, on.Attack, on.Clean, most: 60);

    private static ScanVerdict Scanned(BackdooredStripes on, string defence, params (string, string)[] options) =>
        Made(on, defence, options).Scan!.Scan(
            new ScanInputs(on.Model, 4, 8, on.Clean, 1, share => Assert.InRange(share, 0, 1), CancellationToken.None));

    private static Defence Made(BackdooredStripes on, string defence, (string, string)[] options) =>
        DefenceCatalog.Create(SampleDefences.Choose(defence, options), on.Data);

    private static int[] Answers(BackdooredStripes on, bool triggered)
    {
        Attack? attack = triggered ? on.Attack : null;
        return on.Evaluator.Stream((attack, on.Evaluator.Order(attack, 60))).Predict(on.Model, pass: 0);
    }

    private static void Report(string text) => TestContext.Current.SendDiagnosticMessage(text);

    [Theory]
    [MemberData(nameof(Families))]
    public void Detectors_score_every_picture_or_say_why_not(string family)
    {
        BackdooredStripes on = Model(family);
        float[][] before = Weights(on);
        foreach ((string name, (string, string)[] options) in new[]
        {
            ("strip", new[] { ("overlays", "8") }), ("progressive-masking", [("grid", "4"), ("steps", "6")]), ("scale-up", []),
                ("scale-up", [("form", "free")]), ("ibd-psc", []),
            ("ibd-psc", [("xi", "0.2"), ("omega", "3"), ("models", "2")]),
        })
        {
            try
            {
                DetectionScores scores = Detected(on, name, options);
                Assert.Equal(60, scores.Pictures.Count(p => !p.Triggered));
                Assert.Equal(60, scores.Pictures.Count(p => p.Triggered));
                Assert.All(scores.Pictures, p => Assert.True(double.IsFinite(p.Score)));
                // The answers belong to the very pictures that were scored.
                Assert.Equal(Answers(on, triggered: false), scores.Pictures.Where(p => !p.Triggered).Select(p => p.Predicted));
                Assert.Equal(Answers(on, triggered: true), scores.Pictures.Where(p => p.Triggered).Select(p => p.Predicted));
                Report(
                    $"{family} {name}: AUROC {scores.Summary(name, MeasuredWeights.Last, "").All.Auroc:0.000}, {scores.Scale}");
            }
            catch (NotApplicableException e)
            {
                Report($"{family} {name}: {e.Message}");
            }
        }
        Assert.Equal(before, Weights(on));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Scans_judge_every_class_and_leave_the_model_alone(string family)
    {
        BackdooredStripes on = Model(family);
        float[][] before = Weights(on);
        foreach ((string name, (string, string)[] options) in new[]
        {
            ("mm-bd", new[] { ("steps", "20") }), ("neural-cleanse", [("search_epochs", "4"), ("form", "pixel")]),
            ("neural-cleanse", [("search_epochs", "4"), ("form", "patch"), ("patch", "2")]),
            ("neural-cleanse", [("search_epochs", "4"), ("form", "tile"), ("patch", "4")]),
        })
        {
            try
            {
                ScanVerdict verdict = Scanned(on, name, options);
                Assert.Equal(4, verdict.Classes.Count);
                Assert.All(verdict.Classes, v => Assert.True(double.IsFinite(v)));
                if (name == "neural-cleanse") Assert.All(verdict.Triggers!, t => Assert.All(t, v => Assert.InRange(v, 0, 1)));
                Report(
                    $"{family} {name} {string.Join(' ', options)}: {string.Join(' ', verdict.Classes.Select(v => $"{v:0.00}"))}, "
                    + $"suspect {verdict.Suspect}, {verdict.SuspicionName} {verdict.Suspicion:0.000}");
            }
            catch (NotApplicableException e)
            {
                Report($"{family} {name}: {e.Message}");
            }
        }
        Assert.Equal(before, Weights(on));
        Assert.All(on.Model.parameters(), p => Assert.True(p.requires_grad));
    }

    public static TheoryData<string, string> Repairs
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string family in Families.Select(f => f.Data))
                foreach (DefenceEntry entry in DefenceCatalog.All.Where(d => d.Repairs)) all.Add(family, entry.Name);
            return all;
        }
    }

    /// <summary>Options that make a repair short.</summary>
    private static (string, string)[] Short(string name) => [
        .. DefenceCatalog.All.Get(name, name).Options.Select(o => o.Name switch
        {
            "tune_epochs" => (o.Name, name is "i-bau" or "sau" ? "2" : name is "fst" ? "40" : "8"),
            // A stripe's class is its row, which crops would move.
            "augment" => (o.Name, "false"),
            "teacher_epochs" => (o.Name, "4"),
            "iterations" => (o.Name, "60"),
            "tune_batch" => (o.Name, "16"),
            // The maps' curvature: at 0.002 steps grow from a student that is all but its teacher on, until it is thrown off.
            "rate" when name is "nad" => (o.Name, "0.0003"),
            "rate" when name is not ("anp" or "sau" or "i-bau" or "npd") => (o.Name, "0.002"),
            _ => ("", ""),
        }).Where(o => o.Item1.Length > 0)];

    [Theory]
    [MemberData(nameof(Repairs))]
    public void Repairs_change_weights_and_keep_clean_accuracy_or_say_why_not(string family, string name)
    {
        BackdooredStripes on = Model(family);
        using var kept = new WeightsKept(on.Model);
        float[][] before = Weights(on);
        try
        {
            Made(on, name, Short(name)).Repair!.Repair(new RepairInputs(
                on.Model, on.Clean, 1, share => Assert.InRange(share, 0, 1), CancellationToken.None)
            { Another = on.Another });
        }
        catch (NotApplicableException e)
        {
            Report($"{family} {name}: {e.Message}");
            Assert.Equal(before, Weights(on));
            return;
        }
        (CleanResult clean, TriggeredResult triggered) = on.Evaluator.Both(on.Attack);
        Report($"{family} {name}: ACC {clean.Acc.Value:0.000}, ASR {triggered.Asr.Value:0.000}");
        Assert.All(Weights(on).SelectMany(w => w), v => Assert.True(float.IsFinite(v)));
        if (name is not ("clp" or "clp-linear" or "anp")) Assert.NotEqual(before, Weights(on));
        Assert.True(clean.Acc.Value > 0.6, $"ACC {clean.Acc.Value}");
        Assert.All(on.Model.parameters(), p => Assert.True(p.requires_grad));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Filters_find_poisons_among_the_training_pictures(string family)
    {
        BackdooredStripes on = Model(family);
        foreach (string name in DefenceCatalog.All.Where(d => d.Filters).Select(d => d.Name))
        {
            FilterVerdict verdict = Made(on, name,
                name == "spectral-signatures" ? [("assumed_rate", "0.2")] : name == "abl-isolation"
                ? [("share", "0.1"), ("isolation_epochs", "3")] : []).Filter!.Filter(new FilterInputs(
                on.Model, on.BatchLoader, on.BatchLoader, on.Recipe, on.Clean, 4, 1, share => Assert.InRange(share, 0, 1),
                CancellationToken.None)
                { Another = on.Another });
            FilterResult found = FilterResult.Of(verdict.Removed, verdict.Flagged, on.Plan, on.Data.Train.Labels, 4);
            Assert.Equal(verdict.Removed.Order().Distinct(), verdict.Removed);
            Report($"{family} {name}: TPR {found.TruePositives.Value:0.00}, FPR {found.FalsePositives.Value:0.00}, "
                + $"flagged {string.Join(' ', verdict.Flagged ?? [])}");
        }
    }

    [Theory]
    [InlineData("pixel")]
    [InlineData("patch")]
    public void The_smallest_trigger_is_that_of_the_target(string form) => Assert.Equal(BackdooredStripes.Target,
        Scanned(Model("vim"), "neural-cleanse", ("search_epochs", "20"), ("form", form), ("patch", "2")).Suspect);

    [Fact]
    public void Strip_finds_a_trigger_that_outlasts_overlays() => Assert.InRange(
        Detected(Model("mambaout"), "strip", ("overlays", "16")).Summary("strip", MeasuredWeights.Last, "").All.Auroc, 0.9, 1);

    /// <summary>Puts a model's weights back at the end of a test, since other tests look at the same model.</summary>
    private sealed class WeightsKept : IDisposable
    {
        private readonly (Tensor Now, Tensor Then)[] kept;

        public WeightsKept(Backbone model) =>
            kept = [.. model.state_dict().Values.Select(v => (v, v.detach().clone().DetachFromDisposeScope()))];

        public void Dispose()
        {
            using var noGrad = no_grad();
            foreach ((Tensor now, Tensor then) in kept) now.copy_(then);
        }
    }

    private static float[][] Weights(BackdooredStripes on) =>
        [.. on.Model.state_dict().Values.Select(v => v.to(ScalarType.Float32).data<float>().ToArray())];
}
