using System.Text.Json;
using Postern.Attacks;
using Postern.Cli;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Studies.Export;

namespace Postern.Tests.Studies;

public sealed class PoisonedSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static Dataset Signs() =>
        DatasetCatalog.Open(new Choice(DatasetCatalog.All.Single(d => d.Name == "signs"), new Dictionary<string, string> { ["train"] = "120", ["test"] = "40" }));

    private (PoisonedSet Set, Choice Choice) Set(Dataset dataset, string attack, params (string Key, string Value)[] options)
    {
        var choice = new Choice(AttackCatalog.Find(attack)!, options.ToDictionary(o => o.Key, o => o.Value));
        Attack made = AttackCatalog.Create(choice, dataset.TargetClass)!;
        return (new PoisonedSet(made, dataset, made.Plan(dataset.Train.Labels, 3)), choice);
    }

    private string Write(string name, Dataset dataset, string attack, bool parquet, int threads, params (string, string)[] options)
    {
        (PoisonedSet set, Choice choice) = Set(dataset, attack, options);
        return PoisonedSetFolder.Write(set, choice, 3, ExportSplit.Both, parquet, Path.Combine(folder.Path, name), threads, (_, _) => { }, default);
    }

    [Theory]
    [InlineData("badnets", false)]
    [InlineData("wanet", true)]
    [InlineData("refool", false)]
    public void The_bytes_do_not_depend_on_the_number_of_threads(string attack, bool parquet)
    {
        using Dataset dataset = Signs();
        Assert.Equal(Write("one", dataset, attack, parquet, 1), Write("many", dataset, attack, parquet, 7));
    }

    [Fact]
    public void An_image_folder_opens_as_a_dataset_with_the_poisoned_labels_and_pixels()
    {
        using Dataset dataset = Signs();
        Write("set", dataset, "badnets", parquet: false, 2, ("poison_rate", "0.1"));
        JsonElement record = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "set", "poison.json"))).RootElement;
        JsonElement plan = record.GetProperty("plan");
        int[] poisoned = [.. plan.GetProperty("poisoned").EnumerateArray().Select(p => p.GetInt32())];
        Assert.Equal(12, poisoned.Length);
        Assert.Equal(12, plan.GetProperty("requested_poisons").GetInt32());
        using Dataset written = DatasetCatalog.OpenPath(Path.Combine(folder.Path, "set"));
        Assert.Equal((120, 40, dataset.Classes), (written.Train.Count, written.Test.Count, written.Classes));
        for (int label = 0; label < dataset.Classes; label++)
        {
            int expected = dataset.Train.Labels.Index().Count(l => (poisoned.Contains(l.Index) ? dataset.TargetClass : l.Item) == label);
            Assert.Equal(expected, written.Train.Labels.Count(l => l == label));
        }
        // A poisoned picture lies in the target's folder and has the block in its corner; a clean one is as it was.
        string target = Directory.EnumerateDirectories(Path.Combine(folder.Path, "set", "train")).Order(StringComparer.Ordinal).ElementAt(dataset.TargetClass);
        RgbImage poison = ImageFile.Load(Path.Combine(target, $"{poisoned[0]:D7}.png"));
        int side = poison.Width;
        Assert.Equal(255, poison.Pixels[side * side - 1]);
        Assert.Equal(0, poison.Pixels[side * side - 2]);
        int clean = Enumerable.Range(0, 120).First(i => !poisoned.Contains(i));
        RgbImage untouched = ImageFile.Load(Directory.EnumerateFiles(Path.Combine(folder.Path, "set", "train"), $"{clean:D7}.png", SearchOption.AllDirectories).Single());
        byte[] original = new byte[untouched.Pixels.Length];
        dataset.Train.Read(clean, original);
        Assert.Equal(original, untouched.Pixels);
        Assert.True(File.Exists(Path.Combine(folder.Path, "set", "trigger.png")));
    }

    [Fact]
    public void A_clean_label_attack_moves_no_picture_to_another_class()
    {
        using Dataset dataset = Signs();
        Write("sig", dataset, "sig", parquet: false, 2);
        using Dataset written = DatasetCatalog.OpenPath(Path.Combine(folder.Path, "sig"));
        Assert.Equal(dataset.Train.Labels.Order(), written.Train.Labels.Order());
    }

    [Fact]
    [Trait("Category", "Data")]
    public void Parquet_files_have_the_layout_that_CIFAR_10_is_read_from()
    {
        using Dataset dataset = DatasetCatalog.OpenPath(SharedMaterial.Require("data/cifar10-bin-small/cifar-10-batches-bin"));
        Write("set", dataset, "blend", parquet: true, 2);
        using Dataset written = DatasetCatalog.OpenPath(Path.Combine(folder.Path, "set"));
        Assert.Equal("cifar10", written.Name);
        Assert.Equal((dataset.Train.Count, dataset.Test.Count), (written.Train.Count, written.Test.Count));
        Assert.Equal(dataset.Test.Labels, written.Test.Labels);
        Assert.Equal(8 + dataset.Train.Labels.Count(l => l == 0), written.Train.Labels.Count(l => l == 0));
        Assert.True(File.Exists(Path.Combine(folder.Path, "set", "triggered-00000-of-00001.parquet")));
    }

    [Fact]
    public void A_folder_that_holds_something_is_left_alone_and_a_stopped_write_leaves_nothing()
    {
        using Dataset dataset = Signs();
        string there = Path.GetDirectoryName(folder.File("full/keep.txt", "mine"))!;
        Assert.Contains("not empty", Assert.Throws<InputException>(() => Write("full", dataset, "badnets", false, 1)).Message, StringComparison.Ordinal);
        Assert.Equal(["keep.txt"], Directory.EnumerateFileSystemEntries(there).Select(Path.GetFileName));

        (PoisonedSet set, Choice choice) = Set(dataset, "badnets");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => PoisonedSetFolder.Write(set, choice, 3, ExportSplit.Both, false, Path.Combine(folder.Path, "stopped"), 2,
            (done, _) => { if (done > 5) stop.Cancel(); }, stop.Token));
        Assert.Equal(["full"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_command_writes_a_set_and_refuses_what_it_cannot_do_in_one_line()
    {
        string output = Path.Combine(folder.Path, "cli");
        Assert.Equal((0, ""), Run("poison", "signs", "--attack", "patch-pixel", "--out", output, "--split", "test", "--set", "poison_rate=0.05"));
        Assert.True(Directory.Exists(Path.Combine(output, "triggered")));
        Assert.False(Directory.Exists(Path.Combine(output, "train")));
        Assert.Contains("not empty", Refused("poison", "signs", "--attack", "badnets", "--out", output), StringComparison.Ordinal);
        Assert.Contains("plants no trigger", Refused("poison", "signs", "--attack", "none", "--out", output + "2"), StringComparison.Ordinal);
        Assert.Contains("no attack 'badnet'", Refused("poison", "signs", "--attack", "badnet", "--out", output + "2"), StringComparison.Ordinal);

        static string Refused(params string[] args)
        {
            (int code, string errors) = Run(args);
            Assert.Equal(2, code);
            Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
            return errors;
        }
    }

    private static (int Code, string Errors) Run(params string[] args)
    {
        using var errors = new StringWriter();
        int code = Program.Run(args, errors);
        return (code, errors.ToString());
    }
}
