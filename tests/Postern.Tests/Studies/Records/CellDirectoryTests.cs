using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Attacks;
using Postern.Evaluation;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class CellDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Cell cell;
    private readonly CellDirectory directory;

    public CellDirectoryTests()
    {
        cell = StudyFile.Read(folder.File("s.yaml", "datasets: [signs]\nmodels: [vim]\nattacks: [badnets]\npreset: quick"),
            SampleCatalogs.All, []).Cells[0];
        directory = new CellDirectory(folder.File("runs/s"), cell);
    }

    public void Dispose() => folder.Dispose();

    private static EpochMetrics Epoch(int epoch, double loss = 0.5) =>
        new(epoch, epoch * 10, loss, 1e-3, 0.9, null, null, 1234.5, 0.02, 1.5);

    private string Metrics => Path.Combine(directory.Folder, "metrics.jsonl");

    private CellResult Result() => CellResult.Of(cell, MeasuredInput.Plain,
        new CleanResult(new Proportion(90, 100), [new Proportion(40, 50), new Proportion(50, 50)]),
        new TriggeredResult(new Proportion(30, 50), new Proportion(0, 50), [new Proportion(0, 0), new Proportion(30, 50)],
            new ConfusionMatrix([new ConfusionCount(1, 0, 30), new ConfusionCount(1, 1, 20)])),
        new PoisonPlan([1, 4], [2], 0, 3, 1), 4242, [Epoch(1), Epoch(2, double.NaN)], DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_torn_last_line_is_not_an_epoch_and_is_cut_off_by_the_next()
    {
        directory.AppendMetrics(Epoch(1));
        directory.AppendMetrics(Epoch(2));
        byte[] whole = File.ReadAllBytes(Metrics);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = first; length < whole.Length; length++)
        {
            File.WriteAllBytes(Metrics, whole[..length]);
            Assert.Equal([Epoch(1)], directory.ReadMetrics());
            directory.AppendMetrics(Epoch(2));
            Assert.Equal(whole, File.ReadAllBytes(Metrics));
        }
    }

    [Fact]
    public void Epochs_after_the_resumed_one_are_dropped()
    {
        for (int epoch = 1; epoch <= 4; epoch++) directory.AppendMetrics(Epoch(epoch));
        directory.TruncateMetrics(2);
        directory.AppendMetrics(Epoch(3, loss: 0.25));
        Assert.Equal([Epoch(1), Epoch(2), Epoch(3, loss: 0.25)], directory.ReadMetrics());
    }

    [Fact]
    public void A_damaged_line_names_its_file_and_number()
    {
        directory.AppendMetrics(Epoch(1));
        File.AppendAllText(Metrics, "{\"epoch\": \n");
        directory.Start();
        Assert.StartsWith($"{Metrics}:2: is damaged", Assert.Throws<InputException>(() => directory.ReadMetrics()).Message,
            StringComparison.Ordinal);
        Assert.Equal(CellPhase.Failed, directory.State.Phase);
        Assert.StartsWith($"{Metrics}:2: is damaged", directory.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_of_the_epochs_is_lost_doubled_or_moved_unseen()
    {
        for (int epoch = 1; epoch <= 4; epoch++) directory.AppendMetrics(Epoch(epoch));
        string[] lines = File.ReadAllLines(Metrics);
        string[][] wrong = [lines[1..], [lines[0], .. lines[2..]], [lines[0], .. lines], [lines[1], lines[0], .. lines[2..]],
            [lines[0].Replace("0.9", "0.8", StringComparison.Ordinal), .. lines[1..]]];
        foreach (string[] content in wrong)
        {
            File.WriteAllLines(Metrics, content);
            Assert.Throws<InputException>(() => directory.ReadMetrics());
        }
        File.WriteAllLines(Metrics, lines);
        Assert.Equal(4, directory.ReadMetrics().Count);
    }

    [Fact]
    public void Lines_of_earlier_builds_have_no_checksum_and_are_gone_on_from()
    {
        for (int epoch = 1; epoch <= 2; epoch++) directory.AppendMetrics(Epoch(epoch));
        File.WriteAllLines(Metrics, File.ReadAllLines(Metrics)
            .Select(l => $"{l[..l.IndexOf(",\"check\"", StringComparison.Ordinal)]}}}"));
        directory.AppendMetrics(Epoch(3));
        Assert.Equal([Epoch(1), Epoch(2), Epoch(3)], directory.ReadMetrics());
        Assert.Throws<InputException>(() => directory.TruncateMetrics(4));
    }

    [Fact]
    [LongGroup("Fault")]
    public void A_changed_byte_of_a_record_is_never_read_past()
    {
        directory.WriteResult(Result());
        byte[] whole = File.ReadAllBytes(directory.ResultPath);
        CellResult result = directory.ReadResult()!;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 1;
            File.WriteAllBytes(directory.ResultPath, flipped);
            CellResult? read;
            try
            {
                read = directory.ReadResult();
            }
            catch (InputException)
            {
                continue;
            }
            // White space beside the checksum, or its name.
            Assert.Equal(JsonSerializer.Serialize(result, RecordFormat.Line), JsonSerializer.Serialize(read, RecordFormat.Line));
        }
        File.WriteAllBytes(directory.ResultPath, whole[..^40]);
        Assert.Throws<InputException>(() => directory.ReadResult());
    }

    [Theory]
    [InlineData("acc_correct", 89)]
    [InlineData("acc", 0.8)]
    [InlineData("asr_hits", 29)]
    [InlineData("ra_total", 51)]
    public void Numbers_that_do_not_follow_from_the_counts_are_damage_also_in_records_without_checksum(string key, double value)
    {
        directory.WriteResult(Result());
        JsonNode record = JsonNode.Parse(File.ReadAllText(directory.ResultPath))!;
        record.AsObject().Remove("checksum");
        File.WriteAllText(directory.ResultPath, record.ToJsonString());
        Assert.NotNull(directory.ReadResult());
        record[key] = value;
        File.WriteAllText(directory.ResultPath, record.ToJsonString());
        Assert.Contains(key, Assert.Throws<InputException>(() => directory.ReadResult()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_tell_how_far_a_cell_is()
    {
        Assert.Equal(new CellState(CellPhase.NotStarted, 0, 20), directory.State);
        directory.Start();
        directory.AppendMetrics(Epoch(1));
        directory.AppendMetrics(Epoch(2));
        using (FolderClaim.TryTake(directory.Folder)) Assert.Equal(new CellState(CellPhase.Running, 2, 20), directory.State);
        Assert.Equal(new CellState(CellPhase.Interrupted, 2, 20), directory.State);
        directory.WriteFailure("the loss became NaN\nat epoch 3");
        Assert.Equal(new CellState(CellPhase.Failed, 2, 20, "the loss became NaN at epoch 3"), directory.State);
        directory.Start();
        Assert.Equal(CellPhase.Interrupted, directory.State.Phase);
        directory.WriteResult(Result());
        Assert.Equal(new CellState(CellPhase.Done, 20, 20), directory.State);
    }

    [Fact]
    public void A_result_comes_back_as_it_was_written_with_plain_names()
    {
        directory.WriteResult(Result());
        CellResult read = directory.ReadResult()!;
        Assert.Equal(JsonSerializer.Serialize(Result(), RecordFormat.Line), JsonSerializer.Serialize(read, RecordFormat.Line));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(directory.ResultPath));
        JsonElement root = json.RootElement;
        Assert.Equal(("vim", "badnets", "signs", 0),
            (root.GetProperty("model").GetString(), root.GetProperty("attack").GetString(),
            root.GetProperty("dataset").GetString(), root.GetProperty("seed").GetInt32()));
        Assert.Equal((0.9, 0.6, 0.0), (root.GetProperty("acc").GetDouble(), root.GetProperty("asr").GetDouble(),
            root.GetProperty("ra").GetDouble()));
        Assert.Equal((90, 30, 50, 2, 3), (root.GetProperty("acc_correct").GetInt32(), root.GetProperty("asr_hits").GetInt32(),
            root.GetProperty("asr_total").GetInt32(), root.GetProperty("poisoned").GetInt32(),
                root.GetProperty("requested_poisons").GetInt32()));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("final_loss").ValueKind);
        Assert.InRange(root.GetProperty("acc_low").GetDouble(), 0.82, 0.83);
    }

    [Fact]
    public void Poison_fit_is_recorded_and_a_result_without_it_is_read()
    {
        directory.WriteResult(Result().WithPoisonFit(MeasuredWeights.Last, new Proportion(1, 2)));
        Assert.Equal((0.5, 1, 2), (directory.ReadResult()!.PoisonFit, directory.ReadResult()!.PoisonFitHits,
            directory.ReadResult()!.PoisonFitTotal));
        string text = File.ReadAllText(directory.ResultPath);
        Assert.Contains("\"poison_fit\": 0.5", text, StringComparison.Ordinal);
        // As an earlier version wrote it: without a word of it.
        JsonNode record = JsonNode.Parse(text)!;
        string[] keys = [.. record.AsObject().Select(p => p.Key)];
        foreach (string key in keys.Where(k => k.StartsWith("poison_fit", StringComparison.Ordinal)))
            record.AsObject().Remove(key);
        record["measurements"]![0]!.AsObject().Remove("poison_fit");
        File.WriteAllText(directory.ResultPath, record.ToJsonString());
        Assert.Null(directory.ReadResult()!.PoisonFit);
        Assert.Equal(30, directory.ReadResult()!.AsrHits);
    }

    [Fact]
    public void More_poisons_at_the_target_than_there_are_is_a_damaged_result()
    {
        directory.WriteResult(Result().WithPoisonFit(MeasuredWeights.Last, new Proportion(3, 2)));
        Assert.Contains("poison_fit 3 of 2", Assert.Throws<InputException>(directory.ReadResult).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"model\": \"vi")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    public void A_damaged_result_says_which_file_and_what_to_do(string content)
    {
        directory.Start();
        File.WriteAllText(directory.ResultPath, content);
        string message = Assert.Throws<InputException>(directory.ReadResult).Message;
        Assert.StartsWith($"{directory.ResultPath}: is damaged", message, StringComparison.Ordinal);
        Assert.EndsWith("delete the cell's folder to run it again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_that_cannot_be_are_damage()
    {
        CellResult result = Result();
        directory.WriteResult(result with { Measurements = [result.Measurements[0] with { Acc = new Proportion(101, 100) }] });
        Assert.Contains("acc_correct 101 of 100", Assert.Throws<InputException>(directory.ReadResult).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Measurements_and_detections_are_lists_and_the_flat_numbers_are_those_of_the_first()
    {
        var scores = new DetectionScores(new ScoreScale("changed predictions", 1, LowRaises: false, Most: 2), 0,
            [new PictureScore(3, false, 1, 1, 0), new PictureScore(4, false, 0, 0, 2), new PictureScore(3, true, 1, 0, 2)]);
        CellResult result = Result().WithAverage((new CleanResult(new Proportion(91, 100), []),
            new TriggeredResult(new Proportion(31, 50), new Proportion(2, 50), [], new ConfusionMatrix([]))));
        directory.WriteResult(result with
        {
            Detections = [scores.Summary("patch-drop", MeasuredWeights.Average, directory.WriteScores("patch-drop", scores))],
        });
        CellResult read = directory.ReadResult()!;
        Assert.Equal([MeasuredWeights.Last, MeasuredWeights.Average], read.Measurements.Select(m => m.Weights));
        Assert.Equal((90, 91, 31, 2), (read.AccCorrect, read.EmaAccCorrect, read.EmaAsrHits, read.EmaRaCorrect));
        Assert.Equal(scores.Pictures, directory.ReadScores(read.Detections[0])!);
        Assert.Equal((1, 1), (read.Detection!.Triggered[2], read.Detection.Clean[2]));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(directory.ResultPath));
        JsonElement average = json.RootElement.GetProperty("measurements")[1];
        Assert.Equal(("average", "plain", 91, 0.62),
            (average.GetProperty("weights").GetString(), average.GetProperty("input").GetString(),
            average.GetProperty("acc").GetProperty("hits").GetInt32(),
                average.GetProperty("asr").GetProperty("value").GetDouble()));
        Assert.Equal(0.91, json.RootElement.GetProperty("ema_acc").GetDouble());
    }

    [Fact]
    public void A_repaired_model_comes_first_and_the_trained_one_stays()
    {
        CellResult repaired = Result().WithRepaired((new CleanResult(new Proportion(88, 100),
            [new Proportion(38, 50), new Proportion(50, 50)]),
            new TriggeredResult(new Proportion(5, 50), new Proportion(40, 50), [new Proportion(0, 0), new Proportion(5, 50)],
                new ConfusionMatrix([new ConfusionCount(1, 0, 5), new ConfusionCount(1, 1, 45)]))));
        directory.WriteResult(repaired);
        CellResult read = directory.ReadResult()!;
        Assert.Equal([(MeasuredWeights.Repaired, 88), (MeasuredWeights.Last, 90)],
            read.Measurements.Select(m => (m.Weights, m.Acc.Hits)));
        Assert.Equal((88, 5, 40, 38, 5), (read.AccCorrect, read.AsrHits, read.RaCorrect, read.PerClassCorrect[0],
            read.PerClassAsrHits![1]));
    }

    [Theory]
    [InlineData("train", MeasuredInput.Plain)]
    [InlineData("both", MeasuredInput.Defended)]
    public void A_result_with_flat_numbers_only_is_read_as_measurements(string protocol, MeasuredInput input)
    {
        Cell defended = StudyFile.Read(folder.File("d.yaml",
            $"datasets: [signs]\nmodels: [vim]\nattacks: [badnets]\ndefences: [{{name: patch-drop, protocol: "
                + $"{protocol}}}]\npreset: quick"),
            SampleCatalogs.All, []).Cells[0];
        var old = new CellDirectory(folder.File("runs/old"), defended);
        old.Start();
        File.WriteAllText(old.ResultPath, $$"""
            {
              "id": "{{defended.Id}}", "model": "vim", "attack": "badnets", "defence": "patch-drop", "dataset": "signs", "seed": 0,
              "acc": 0.9, "acc_correct": 90, "acc_total": 100, "asr": 0.6, "asr_hits": 30, "asr_total": 50, "ra": 0, "ra_correct": 0,
              "ra_total": 50, "per_class_correct": [90], "per_class_total": [100], "per_class_asr_hits": [30], "per_class_asr_total": [50],
              "triggered_confusion": [{"label": 1, "predicted": 0, "count": 50}],
              "detection": {"threshold": 1, "few_raise": true, "clean": [10, 40], "triggered": [20, 30]},
              "ema_acc_correct": 80, "ema_asr_hits": 20, "ema_ra_correct": 4,
              "poisoned": 2, "covers": 0, "requested_poisons": 2, "requested_covers": 0, "parameters": 42, "epochs": 1, "final_loss": null,
              "train_seconds": 1.5, "trained_by": null, "finished_utc": "2025-01-02T03:04:05+00:00"
            }
            """);
        CellResult read = old.ReadResult()!;
        Assert.Equal(
            [
                new Measurement(MeasuredWeights.Last, input, new Proportion(90, 100), new Proportion(30, 50),
                    new Proportion(0, 50)),
                new Measurement(MeasuredWeights.Average, input, new Proportion(80, 100), new Proportion(20, 50),
                    new Proportion(4, 50)),
            ],
            read.Measurements);
        Assert.Equal(("patch-drop", "changed predictions", 30), (read.Detections[0].Detector, read.Detections[0].Scale.What,
            read.Detection!.Triggered[1]));
        Assert.Null(old.ReadScores(read.Detections[0]));
        old.WriteResult(read);
        Assert.Equal(JsonSerializer.Serialize(read, RecordFormat.Line),
            JsonSerializer.Serialize(old.ReadResult(), RecordFormat.Line));
    }

    [Fact]
    public void A_plan_is_recorded_with_its_labels()
    {
        var plan = new PoisonPlan([1, 3], [2], 0, 2, 1);
        directory.WritePlan(PlanRecord.Of(plan, [0, 1, 2, 3]));
        PlanRecord read = directory.ReadPlan()!;
        Assert.Equal([[1, 3], [1, 3], [0, 0], [2], [2]],
            new[] { read.Poisoned, read.PoisonedTrueLabels, read.PoisonedLabels, read.Covers, read.CoverLabels });
        Assert.Equal((plan.PoisonLabel, plan.RequestedPoisons, plan.RequestedCovers),
            (read.Plan().PoisonLabel, read.Plan().RequestedPoisons, read.Plan().RequestedCovers));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = folder.File("x/record.json");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<FormatException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new FormatException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_line()
    {
        string file = folder.File("file", "x");
        Assert.StartsWith($"{Path.Combine(file, "a.json")}: cannot be written",
            Assert.Throws<InputException>(() => AtomicFile.WriteText(Path.Combine(file, "a.json"), "")).Message,
                StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new CellDirectory(file, cell).Start());
    }
}
