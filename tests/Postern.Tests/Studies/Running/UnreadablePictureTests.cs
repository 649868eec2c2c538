using Postern.Cli.Commands;
using Postern.Imaging;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>Pictures that cannot be read, and pictures that are others than a record tells of.</summary>
[LongGroup("Fault")]
public sealed class UnreadablePictureTests : IDisposable
{
    private const string Study = """
        datasets: [{name: imagenet, path: PATH}, {name: signs, train: 32, test: 16}]
        models: [resnet-mini]
        attacks: [none]
        preset: quick
        train: {epochs: 2, batch_size: 4}
        """;

    private readonly TemporaryFolder folder = new();
    private readonly List<RunEvent> heard = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_picture_that_cannot_be_read_fails_its_cell_before_the_first_epoch_and_no_other()
    {
        WritePictures("set");
        File.WriteAllBytes(folder.File("set/train/b/1.png"), [1, 2, 3]);
        RunFolder run = Read("broken", "set");
        Assert.Equal(new RunSummary(Done: 1, Failed: 1, Skipped: 0), Run(run));
        Cell broken = run.Study.Cells[0];
        Assert.Contains(folder.File("set/train/b/1.png: not a picture"), run.StateOf(broken).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(heard, e => e is EpochFinished && e.Cell == broken.Id);
        Assert.Contains(heard, e => e is CellFailed && e.Cell == broken.Id);
    }

    [Fact]
    public void A_study_none_of_whose_datasets_can_be_listed_ends_before_its_first_cell_and_with_another_goes_on()
    {
        WritePictures("set");
        File.CreateSymbolicLink(folder.File("set/train/b/9.png"), folder.File("nowhere.png"));
        RunFolder alone = Read("alone", "set", (", {name: signs, train: 32, test: 16}", ""));
        string message = Assert.Throws<InputException>(() => Run(alone)).Message;
        Assert.StartsWith(folder.File("set/train/b/9.png: is a link to something that is not there"), message,
            StringComparison.Ordinal);
        Assert.Empty(heard);
        Assert.Equal(new RunSummary(Done: 1, Failed: 1, Skipped: 0), Run(Read("beside", "set")));
    }

    [Fact]
    public void A_sample_that_fails_in_training_all_the_same_fails_its_cell_and_no_other()
    {
        WritePictures("set");
        RunFolder run = Read("breaking", "set");
        Cell broken = run.Study.Cells[0];
        Assert.Equal(new RunSummary(Done: 1, Failed: 1, Skipped: 0), Run(run, happened =>
        {
            if (happened is EpochFinished && happened.Cell == broken.Id)
                File.WriteAllBytes(folder.File("set/train/b/1.png"), [1, 2, 3]);
        }));
        Assert.Equal((CellPhase.Failed, 1), (run.StateOf(broken).Phase, run.StateOf(broken).Epoch));
        Assert.Contains(folder.File("set/train/b/1.png: not a picture"), run.StateOf(broken).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_pictures_are_counted_noted_and_recorded()
    {
        WritePictures("set");
        File.WriteAllBytes(folder.File("set/train/b/1.png"), [1, 2, 3]);
        RunFolder run = Read("skipping", "set, unreadable: skip");
        Assert.Equal(2, Run(run).Done);
        const string Note = "left out because they cannot be read: 1 of 4 training pictures, train/b/1.png first";
        Assert.Single(heard, e => e is Noted { Note: Note });
        CellDescription record = run.Of(run.Study.Cells[0]).ReadDescription()!;
        Assert.Equal((3, Note), (record.TrainCount, record.Notes[0]));
    }

    [Fact]
    public void A_result_is_taken_over_for_equal_content_only()
    {
        WritePictures("one");
        WritePictures("copy");
        WritePictures("other", level: 7);
        RunFolder one = Read("one", "one"), copy = Read("copy", "copy"), other = Read("other", "other");
        Assert.Equal(one.Study.Cells[0].Id, other.Study.Cells[0].Id);
        Assert.Equal([2, 0, 1], new[] { one, copy, other }.Select(run =>
        {
            heard.Clear();
            Run(run);
            return heard.OfType<CellStarted>().Count();
        }));
    }

    [Theory]
    [InlineData("badnets", "[none]")]
    [InlineData("none", "[none, {name: patch-drop, protocol: test}]")]
    [InlineData("none", "[none]")]
    public void A_finished_cell_is_not_shown_for_other_pictures(string attack, string defences)
    {
        WritePictures("set");
        Run(Read("study", "set"));
        WritePictures("set", level: 7);
        // Whether all of the study is finished, or something is left to do.
        RunFolder again = Read("study", "set", ("attacks: [none]", $"attacks: [{(attack == "none" ? "" : "none, ")}{attack}]"),
            ("preset:", $"defences: {defences}\npreset:"));
        string message = Assert.Throws<InputException>(() => Run(again)).Message;
        Assert.StartsWith(again.Of(again.Study.Cells[0]).Folder, message, StringComparison.Ordinal);
        Assert.Contains("was trained on other data than imagenet is now", message, StringComparison.Ordinal);
        WritePictures("set");
        Assert.Equal(again.Study.Cells.Count, Run(again).Done);
    }

    [Fact]
    public void A_finished_study_whose_pictures_are_gone_is_shown_with_a_note()
    {
        WritePictures("set");
        RunFolder run = Read("study", "set");
        Run(run);
        Directory.Delete(folder.File("set/val"), recursive: true);
        heard.Clear();
        Assert.Equal(2, Run(run).Done);
        Assert.Contains("cannot be compared", Assert.Single(heard.OfType<Noted>()).Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_whose_record_knows_names_and_lengths_only_goes_on_where_they_agree()
    {
        WritePictures("set");
        RunFolder run = Read("old", "set");
        Cell cell = run.Study.Cells[0];
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(run, happened =>
        {
            if (happened is EpochFinished) stop.Cancel();
        }, stop.Token));
        CellDescription record = run.Of(cell).ReadDescription()!;
        run.Of(cell).WriteDescription(Former(record, "set"));
        heard.Clear();
        Assert.Equal(2, Run(run).Done);
        Assert.Single(heard, e => e is CellStarted { FinishedEpochs: 1 });
        Assert.Single(heard.OfType<Noted>(), n => n.Note.Contains("names and lengths only", StringComparison.Ordinal));
        CellDescription renewed = run.Of(cell).ReadDescription()!;
        Assert.Equal((record.TrainFingerprint, record.TestFingerprint), (renewed.TrainFingerprint, renewed.TestFingerprint));
        Assert.Contains("names and lengths only", renewed.Notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_whose_record_knows_names_and_lengths_only_is_not_taken_over()
    {
        WritePictures("set");
        RunFolder first = Read("first", "set"), second = Read("second", "set");
        Run(first);
        CellDirectory old = first.Of(first.Study.Cells[0]);
        old.WriteDescription(Former(old.ReadDescription()!, "set"));
        heard.Clear();
        Assert.Equal(2, Run(second).Done);
        Assert.Single(heard, e => e is CellStarted && e.Cell == first.Study.Cells[0].Id);
    }

    private CellDescription Former(CellDescription record, string set)
    {
        using Postern.Datasets.Dataset dataset = Postern.Datasets.DatasetCatalog.OpenPath(folder.File(set));
        return record with
        {
            TrainFingerprint = dataset.Train.FormerFingerprint!,
            TestFingerprint = dataset.Test.FormerFingerprint!,
        };
    }

    private RunFolder Read(string name, string path, params (string From, string To)[] changes)
    {
        string text = Study.Replace("PATH", path, StringComparison.Ordinal);
        foreach ((string from, string to) in changes) text = text.Replace(from, to, StringComparison.Ordinal);
        return new RunFolder(StudyArguments.ReadFile(folder.File($"{name}.yaml", text), []), folder.File("runs"));
    }

    private RunSummary Run(RunFolder run, Action<RunEvent>? more = null, CancellationToken cancel = default) =>
        new StudyRunner(run, threads: 1, happened =>
        {
            heard.Add(happened);
            more?.Invoke(happened);
        }).Run(cancel);

    /// <summary>
    /// Two plain pictures to train and one to test for each of two classes, with equal lengths for equal names.
    /// </summary>
    private void WritePictures(string set, int level = 1)
    {
        foreach (string name in new[] { "train/a/0", "train/a/1", "train/b/0", "train/b/1", "val/a/0", "val/b/0" })
        {
            var picture = new RgbImage(8, 8);
            picture.Pixels.AsSpan().Fill((byte)(20 * level + name[^1] + name[^3]));
            File.WriteAllBytes(folder.File($"{set}/{name}.png"), ImageFile.EncodePng(picture));
        }
    }
}
