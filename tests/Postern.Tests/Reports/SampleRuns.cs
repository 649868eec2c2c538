using Postern.Attacks;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;
using SkiaSharp;

namespace Postern.Tests.Reports;

/// <summary>A study with records of every kind: done, failed, interrupted and not begun, with one and several seeds.</summary>
internal static class SampleRuns
{
    public const string Yaml = """
        name: sample
        about: Two small models on drawn signs, three ways to poison them
        datasets: [signs]
        models: [resnet-mini, {name: vim, embed_dim: 128}]
        attacks: [none, badnets, {name: blend, poison_rate: 0.01, label: "Blend | 1 %"}]
        seeds: [0, 1]
        preset: quick
        train: {epochs: 4}
        """;

    /// <summary>Two sweeps, a detector, several seeds, names of the paper: everything that a page can show.</summary>
    public const string WideYaml = """
        name: wide
        published: published.yaml
        about: Two small models on drawn signs, with a poisoning rate and an opacity that vary, with and without PatchDrop
        datasets: [{name: signs, paper: CIFAR-10}]
        models: [{name: resnet-mini, paper: ResNet18}, {name: vim, embed_dim: 128, label: vim-mini, paper: Vim-t}]
        attacks:
          - none
          - {name: badnets, poison_rate: 0.003, label: BadNets 0.3 %, paper: BadNets}
          - {name: badnets, poison_rate: 0.01, label: BadNets 1 %, paper: BadNets}
          - {name: badnets, poison_rate: 0.1, label: BadNets 10 %, paper: BadNets}
          - {name: blend, alpha: 0.1, label: Blend faint}
          - {name: blend, alpha: 0.2, label: Blend, paper: Blend}
        defences: [{name: patch-drop, protocol: detect, label: PatchDrop detects}, none]
        seeds: [0, 1]
        preset: quick
        train: {epochs: 6}
        """;

    private const int Classes = 12;

    /// <summary>
    /// The study of <see cref="WideYaml"/> beside the paper's values, with the drawn signs in the place of its CIFAR-10.
    /// </summary>
    public static Study WideStudy(TemporaryFolder folder)
    {
        string published = File.ReadAllText(Path.Combine(SharedMaterial.RepositoryRoot, "studies", "paper", "published.yaml"));
        folder.File(
            "published.yaml", published.Replace("is: [cifar10], preset: paper-scratch", "is: [signs]", StringComparison.Ordinal));
        return Study(folder, WideYaml);
    }

    public static Study Study(TemporaryFolder folder, string yaml = Yaml) =>
        StudyFile.Read(folder.File("sample.yaml", yaml), SampleCatalogs.All, []);

    /// <summary>
    /// Records for the cells of <paramref name="study"/>: the last fails, those before it stop and wait, all others are done.
    /// </summary>
    public static void Write(Study study, string runsRoot)
    {
        for (int i = 0; i < study.Cells.Count; i++)
        {
            CellDirectory directory = new RunFolder(study, runsRoot).Of(study.Cells[i]);
            int left = study.Cells.Count - i;
            if (left == 2) continue;
            directory.Start();
            directory.WriteDescription(Description(study, study.Cells[i]));
            bool attacked = study.Cells[i].Attack.Name != "none";
            double final = 0.55 + 0.05 * (i % 7);
            int epochs = left is 1 or 3 ? 3 : study.Cells[i].Training.Integer("epochs");
            EpochMetrics[] metrics = [.. Enumerable.Range(1, epochs).Select(e => Epoch(e, attacked, final))];
            if (study.Work.Of(study.Cells[i]).TrainedBy is null)
            {
                foreach (EpochMetrics epoch in metrics) directory.AppendMetrics(epoch);
            }
            if (attacked) AtomicFile.Write(directory.PreviewPath,
                stream => stream.Write(Preview(study.Cells[i].Attack.Name.Length)));
            if (left == 1)
                directory.WriteFailure("the loss became NaN at epoch 4, step 120 (lr 0.002); try a lower lr or a longer warm-up");
            if (left > 3) directory.WriteResult(Result(study.Cells[i], attacked, i, metrics) with
            {
                TrainedBy = study.Work.Of(study.Cells[i]).TrainedBy?.Id,
            });
        }
    }

    /// <summary>What would be read of a study all of whose cells are done, without a file.</summary>
    public static StudySummary AllDone(Study study) => new(study, [.. study.Cells.Select((cell, i) =>
    {
        int epochs = cell.Training.Integer("epochs");
        bool attacked = cell.Attack.Name != "none";
        EpochMetrics[] metrics = [.. Enumerable.Range(1, epochs).Select(e => Epoch(e, attacked, 0.55 + 0.05 * (i % 7)))];
        return new CellReport(cell, new CellState(CellPhase.Done, epochs, epochs), Description(study, cell),
            Result(cell, attacked, i, metrics), metrics, Preview: null)
        {
            Weights = $"{cell.Id}/last.safetensors",
        };
    })]);

    /// <summary>A result with these counts, of <paramref name="total"/> pictures each.</summary>
    public static void WriteResult(Study study, string runsRoot, Cell cell, int accurate, int hits, int total)
    {
        CellDirectory directory = new RunFolder(study, runsRoot).Of(cell);
        directory.Start();
        var acc = new Proportion(accurate, total);
        CellResult result = CellResult.Of(
            cell, MeasuredInput.Plain, new CleanResult(acc, [acc]), null, PoisonPlan.Empty, 1, [], DateTimeOffset.UnixEpoch);
        Measurement attacked = result.Measurements[0] with { Asr = new Proportion(hits, total) };
        directory.WriteResult(cell.Attack.Name == "none" ? result : result with { Measurements = [attacked] });
    }

    private static EpochMetrics Epoch(int epoch, bool attacked, double final)
    {
        double learnt = 1 - Math.Exp(-epoch / 2.0);
        return new EpochMetrics(epoch, epoch * 40, 2.4 * Math.Exp(-epoch / 3.0) + 0.1, 0.002, 0.96 * learnt,
            attacked ? final * learnt * learnt : null, attacked ? 0.9 * (1 - final * learnt) : null, 812.4 + epoch, 0.031, 4.2);
    }

    private static CellResult Result(Cell cell, bool attacked, int i, EpochMetrics[] metrics)
    {
        Proportion[] clean = [.. Enumerable.Range(0, Classes).Select(c => new Proportion(96 - (c + i) % 9, 100))];
        Proportion[] hits = [.. Enumerable.Range(0, Classes)
            .Select(c => c == 0 ? default : new Proportion(55 + 5 * (i % 7) + c % 3, 100))];
        return CellResult.Of(cell, MeasuredInput.Plain, new CleanResult(Sum(clean), clean),
            attacked ? new TriggeredResult(Sum(hits), new Proportion(200 + 10 * (i % 90), 1100), hits, Confusion(hits)) : null,
            attacked ? new PoisonPlan([.. Enumerable.Range(0, 30)], [], 0, 30 + i % 2, 0) : PoisonPlan.Empty, 76_412, metrics,
            new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero)) with
        {
            Detections = attacked && cell.Defence.Name != "none" ? [Detection.Of(cell.Defence.Name, Histogram)] : [],
        };
    }

    private static DetectionResult Histogram { get; } = new(
        5, FewRaise: false, [500, 300, 200, 100, 60, 20, 10, 6, 3, 1, 0], [20, 40, 60, 90, 120, 150, 180, 170, 140, 90, 40]);

    // Of what is not taken for the target, two pictures are taken for the class before and the rest for what it is.
    private static ConfusionMatrix Confusion(Proportion[] hits) => new(
    [
        .. hits.Index().Where(h => h.Item.Total > 0).SelectMany(h => new[]
        {
            new ConfusionCount(h.Index, 0, h.Item.Hits), new ConfusionCount(h.Index, h.Index, h.Item.Total - h.Item.Hits - 2),
            new ConfusionCount(h.Index, h.Index == 1 ? 2 : h.Index - 1, 2),
        }),
    ]);

    private static Proportion Sum(Proportion[] parts) => new(parts.Sum(p => p.Hits), parts.Sum(p => p.Total));

    private static CellDescription Description(Study study, Cell cell) => new()
    {
        Id = cell.Id,
        Study = study.Name,
        Dataset = ChoiceRecord.Of(cell.Dataset, cell.DatasetLabel),
        Model = ChoiceRecord.Of(cell.Model, cell.ModelLabel),
        Attack = ChoiceRecord.Of(cell.Attack, cell.AttackLabel),
        Defence = ChoiceRecord.Of(cell.Defence, cell.DefenceLabel),
        TrainedBy = study.Work.Of(cell).TrainedBy?.Id,
        Training = ChoiceRecord.Of(cell.Training),
        Seed = cell.Seed,
        TrainFingerprint = new string('a', 64),
        TestFingerprint = new string('b', 64),
        Layout = "drawn",
        TrainCount = 3000,
        TestCount = 1200,
        ClassNames = [.. Enumerable.Range(0, Classes).Select(c => c == 0 ? "stop" : $"sign {c}")],
        TargetClass = cell.Attack.Name == "none" ? null : 0,
        Versions = new Dictionary<string, string> { ["postern"] = "0.1.0", ["libtorch"] = "2.10.0", ["dotnet"] = "10.0.0" },
        Hardware = new Dictionary<string, string>
        {
            ["cpu"] = "Example CPU at 2.6 GHz",
            ["threads"] = "2",
            ["memory"] = "23.5 GiB",
            ["os"] = "Linux",
        },
        CreatedUtc = new DateTimeOffset(2025, 1, 2, 3, 0, 0, TimeSpan.Zero),
    };

    /// <summary>Three columns, two rows of 64-pixel pictures.</summary>
    private static byte[] Preview(int seed)
    {
        using var bitmap = new SKBitmap(3 * 64 + 8, 2 * 64 + 4);
        RandomStream stream = RandomStream.For(seed, "preview");
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        canvas.Clear(SKColors.White);
        for (int row = 0; row < 2; row++)
        {
            var hue = SKColor.FromHsv((float)stream.NextDouble(0, 360), 70, 80);
            for (int column = 0; column < 3; column++)
            {
                (int x, int y) = (column * 68, row * 68);
                paint.Color = column == 2 ? SKColors.Gray : hue;
                canvas.DrawRect(x, y, 64, 64, paint);
                paint.Color = SKColors.WhiteSmoke;
                if (column < 2) canvas.DrawCircle(x + 32, y + 32, 20, paint);
                if (column > 0) canvas.DrawRect(x + 58, y + 58, 6, 6, paint);
            }
        }
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
