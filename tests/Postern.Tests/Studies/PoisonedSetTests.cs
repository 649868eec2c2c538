using System.Security.Cryptography;
using System.Text.Json;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Studies.PoisonedSets;
using Postern.Training.Input;

namespace Postern.Tests.Studies;

public class PoisonedSetTests
{
    private const int TrainCount = 200, TestCount = 60;

    [Theory]
    [InlineData("badnets")]
    [InlineData("wanet")]
    [InlineData("sig")]
    [InlineData("tact")]
    public void An_image_folder_opens_again_with_the_right_counts_labels_and_pictures(string attack)
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        string place = Path.Combine(folder.Path, "set");
        PoisonedSet set = Poisoned(dataset, attack, ("poison_rate", "0.05"));
        PoisonedSetRecord record = set.Write(place, null, default);
        using Dataset again = DatasetCatalog.OpenPath(place);
        Assert.Equal((TrainCount, TestCount), (again.Train.Count, again.Test.Count));
        Assert.Equal(Cifar10.ClassNames, again.Train.ClassNames);

        PoisonPlan plan = record.Plan!.Plan();
        var transform = new PoisonedSamples(set.Attack, plan, Crops: false);
        Assert.Equal(record.Parts[0].Triggered, plan.Poisoned.Count + plan.Covers.Count);
        Assert.True(plan.Poisoned.Count > 0);
        for (int i = 0; i < again.Train.Count; i++)
        {
            string name = again.Train.NameOf(i);
            int index = int.Parse(Path.GetFileNameWithoutExtension(name), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(plan.LabelOf(index, dataset.Train.Labels[index]), again.Train.Labels[i]);
            Assert.Equal(Expected(dataset.Train, transform, index), ImageFile.Load(Path.Combine(place, name)).Pixels);
        }
        string[] triggered = Directory.GetFiles(Path.Combine(place, "val_triggered"), "*.png", SearchOption.AllDirectories);
        Assert.Equal(dataset.Test.Labels.Count(set.Attack.CountsForAsr), triggered.Length);
        foreach (string file in triggered)
        {
            int index = int.Parse(Path.GetFileNameWithoutExtension(file), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(Cifar10.ClassNames[dataset.Test.Labels[index]], Path.GetFileName(Path.GetDirectoryName(file)));
            Assert.Equal(Expected(dataset.Test, new TriggeredSamples(set.Attack, Crops: false), index),
                ImageFile.Load(file).Pixels);
        }
    }

    [Fact]
    public void Parquet_of_other_classes_and_another_size_opens_again_with_its_names()
    {
        const int side = 20, classes = 16;
        using var folder = new TemporaryFolder();
        string[] names = [.. Enumerable.Range(0, classes).Select(c => $"sign {c}")];
        MemoryImageSet train = Signs(48), test = Signs(32);
        using var dataset = new Dataset("signs", train, test, side, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], 0, "crop",
            "made for a test");
        string place = Path.Combine(folder.Path, "set");
        PoisonedSet set = Poisoned(dataset, "badnets", ("poison_rate", "0.1")) with { Format = PoisonedSetFormat.Parquet };
        set.Write(place, null, default);
        using Dataset again = DatasetCatalog.OpenPath(place);
        Assert.Equal(("parquet", side, 48), (again.Name, again.InputSize, again.Train.Count));
        Assert.Equal(names, again.Train.ClassNames);
        Assert.Equal(test.Labels, again.Test.Labels);
        for (int i = 0; i < test.Count; i++) Assert.Equal(Read(test, i), Read(again.Test, i));

        MemoryImageSet Signs(int count)
        {
            byte[] pixels = new byte[count * 3 * side * side];
            new Random(count).NextBytes(pixels);
            return new MemoryImageSet(side, pixels, [.. Enumerable.Range(0, count).Select(i => i % classes)], names);
        }
    }

    [Fact]
    public void Parquet_opens_again_as_cifar_10()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        string place = Path.Combine(folder.Path, "set");
        PoisonedSet set = Poisoned(dataset, "badnets", ("poison_rate", "0.1")) with { Format = PoisonedSetFormat.Parquet };
        PoisonPlan plan = set.Write(place, null, default).Plan!.Plan();
        using Dataset again = DatasetCatalog.OpenPath(place);
        Assert.Equal("cifar10", again.Name);
        Assert.Equal(dataset.Train.Labels.Select((label, i) => plan.LabelOf(i, label)), again.Train.Labels);
        Assert.Equal(dataset.Test.Labels, again.Test.Labels);
        var transform = new PoisonedSamples(set.Attack, plan, Crops: false);
        for (int i = 0; i < again.Train.Count; i++) Assert.Equal(Expected(dataset.Train, transform, i), Read(again.Train, i));
        Assert.True(File.Exists(Path.Combine(place, "test_triggered-00000-of-00001.parquet")));
    }

    [Fact]
    public void Every_class_has_its_folder_in_every_part_so_that_other_tools_number_them_alike()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        Poisoned(dataset, "badnets").Write(folder.File("set"), null, default);
        foreach (string part in new[] { "train", "val", "val_triggered" })
        {
            Assert.Equal(Cifar10.ClassNames,
                Directory.GetDirectories(folder.File($"set/{part}")).Select(d => Path.GetFileName(d))
                    .Order(StringComparer.Ordinal));
        }
        Assert.Empty(Directory.GetFiles(folder.File("set/val_triggered/airplane")));
    }

    [Theory]
    [InlineData(PoisonedSetFormat.ImageFolder, "tact")]
    [InlineData(PoisonedSetFormat.Parquet, "wanet")]
    public void A_table_tells_of_every_picture_its_true_and_its_trained_class_and_what_it_carries(
        PoisonedSetFormat format, string attack)
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        PoisonedSet set = Poisoned(dataset, attack, ("poison_rate", "0.05"), ("cover_rate", "0.1")) with { Format = format };
        PoisonedSetRecord record = set.Write(folder.File("set"), null, default);
        PoisonPlan plan = record.Plan!.Plan();
        string[][] rows = [.. File.ReadLines(folder.File("set/metadata.csv")).Select(l => l.Split(','))];
        Assert.Equal(["file", "true_label", "trained_label", "poisoned", "cover", "index"], rows[0]);
        Assert.Equal(record.Parts.Sum(p => p.Pictures), rows.Length - 1);
        Assert.True(plan.Poisoned.Count > 0 && plan.Covers.Count > 0);
        for (int i = 0; i < TrainCount; i++)
        {
            string[] row = rows[i + 1];
            string file = format == PoisonedSetFormat.Parquet ? $"train-00000-of-00001.parquet#{i}"
                : $"train/{Cifar10.ClassNames[plan.LabelOf(i, i % 10)]}/{i:d5}.png";
            Assert.Equal([file, $"{i % 10}", $"{plan.LabelOf(i, i % 10)}", plan.Poisoned.Contains(i) ? "1" : "0",
                plan.Covers.Contains(i) ? "1" : "0", $"{i}"], row);
        }
        string[][] triggered = [.. rows.Where(r => r[0].Contains("_triggered"))];
        Assert.NotEmpty(triggered);
        Assert.All(triggered, r => Assert.Equal((r[1], "1", "0"), (r[2], r[3], r[4])));
    }

    [Fact]
    public void A_set_opens_again_with_its_numbers_and_names_even_if_a_class_has_lost_all_its_pictures()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["zebra crossing", "limit 20", "end"];
        var train = new MemoryImageSet(32, new byte[30 * 3072], [.. Enumerable.Range(0, 30).Select(i => i % 3)], names);
        var test = new MemoryImageSet(32, new byte[4 * 3072], [0, 1, 0, 1], names);
        using var dataset = new Dataset("folder", train, test, 32, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], 0, "crop",
            "made for a test");
        Poisoned(dataset, "badnets", ("poison_rate", "0.99"), ("target", "limit 20")).Write(folder.File("set"), null, default);
        using Dataset again = DatasetCatalog.OpenPath(folder.File("set"));
        Assert.Equal(("folder", 32), (again.Name, again.InputSize));
        Assert.Equal(names, again.Train.ClassNames);
        Assert.Equal(30, again.Train.Labels.Count(l => l == 1));
        Assert.Equal([0, 0, 1, 1], again.Test.Labels);
    }

    [Theory]
    [InlineData(160, "folder", 160)]
    [InlineData(256, "imagenet", 224)]
    public void A_set_of_large_pictures_opens_at_its_own_size_and_as_imagenet_where_it_was_that(int size, string name, int input)
    {
        using var folder = new TemporaryFolder();
        var pictures = new MemoryImageSet(size, new byte[4 * 3 * size * size], [0, 1, 0, 1], ["a", "b"]);
        using var dataset = new Dataset(name, pictures, pictures, input, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], 0,
            "crop", "made here");
        Poisoned(dataset, "wanet", ("poison_rate", "0.25"), ("trigger_stage", "stored")).Write(folder.File("set"), null, default);
        using Dataset again = DatasetCatalog.OpenPath(folder.File("set"));
        Assert.Equal((name, size, input), (again.Name, again.Train.Size, again.InputSize));
    }

    [Fact]
    public void A_set_that_is_poisoned_again_says_that_it_was_before()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        Poisoned(dataset, "badnets", ("poison_rate", "0.05")).Write(folder.File("set"), null, default);
        using Dataset again = DatasetCatalog.OpenPath(folder.File("set"));
        string note = Assert.Single(again.Notes, n => n.Contains("is not clean"));
        Assert.Contains("badnets on cifar10, 10 training pictures carry its trigger", note);
        PoisonedSetRecord record = Poisoned(again, "blend").Write(folder.File("twice"), null, default);
        Assert.Contains(note, record.Notes);
    }

    [Theory]
    [InlineData(PoisonedSetFormat.ImageFolder)]
    [InlineData(PoisonedSetFormat.Parquet)]
    public void Any_number_of_threads_gives_the_same_bytes_and_checksums_that_hold(PoisonedSetFormat format)
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        PoisonedSet set = Poisoned(dataset, "refool", ("poison_rate", "0.1")) with { Format = format };
        string one = Path.Combine(folder.Path, "one"), two = Path.Combine(folder.Path, "two");
        PoisonedSetRecord record = (set with { Threads = 1 }).Write(one, null, default);
        (set with { Threads = 5 }).Write(two, null, default);
        Assert.Equal(File.ReadAllBytes(Path.Combine(one, "poison.json")), File.ReadAllBytes(Path.Combine(two, "poison.json")));
        string[] files =
            [.. Directory.GetFiles(one, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(one, f)).Order()];
        Assert.Equal(files, Directory.GetFiles(two, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(two, f)).Order());

        byte[] sums = File.ReadAllBytes(Path.Combine(one, "SHA256SUMS"));
        Assert.Equal(record.FilesSha256, Convert.ToHexStringLower(SHA256.HashData(sums)));
        string[] lines = File.ReadAllLines(Path.Combine(one, "SHA256SUMS"));
        Assert.Equal(files.Except(["poison.json", "SHA256SUMS"]).Order(), lines.Select(l => l.Split("  ")[1]).Order());
        foreach (string line in lines)
            Assert.Equal(line.Split("  ")[0],
                Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(two, line.Split("  ")[1])))));
    }

    [Fact]
    public void The_record_tells_attack_labels_and_counts()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        Poisoned(dataset, "badnets", ("poison_rate", "0.95")).Write(folder.File("set"), null, default);
        JsonElement record = JsonDocument.Parse(File.ReadAllBytes(folder.File("set/poison.json"))).RootElement;
        Assert.Equal("0.95", record.GetProperty("attack").GetProperty("options").GetProperty("poison_rate").GetString());
        Assert.Equal(190, record.GetProperty("plan").GetProperty("requested_poisons").GetInt32());
        Assert.Equal(180, record.GetProperty("plan").GetProperty("poisoned").GetArrayLength());
        Assert.All(record.GetProperty("plan").GetProperty("poisoned_labels").EnumerateArray(),
            l => Assert.Equal(0, l.GetInt32()));
        Assert.DoesNotContain(record.GetProperty("plan").GetProperty("poisoned_true_labels").EnumerateArray(),
            l => l.GetInt32() == 0);
        Assert.Contains("only 180 are eligible", record.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Equal(64, record.GetProperty("trigger_sha256").GetString()!.Length);
        Assert.Equal(180, record.GetProperty("parts")[0].GetProperty("triggered").GetInt32());
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_a_failure_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures();
        PoisonedSet set = Poisoned(dataset, "badnets");
        folder.File("used/file.txt", "mine");
        Assert.Contains("not empty", Assert.Throws<InputException>(
            () => set.Write(folder.File("used/x")[..^2], null, default)).Message, StringComparison.Ordinal);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => set.Write(folder.File("stopped"), null, stopped.Token));
        Assert.Equal(["used"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Directory.CreateDirectory(folder.File("empty"));
        set.Write(folder.File("empty"), null, default);
        Assert.True(File.Exists(folder.File("empty/poison.json")));
    }

    [Fact]
    public void An_attack_that_plants_after_the_crop_is_refused_on_cropped_pictures()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Pictures() with { InputSize = 28 };
        Assert.Contains("set trigger_stage to stored",
            Assert.Throws<InputException>(() =>
                Poisoned(dataset, "patch-pixel").Write(folder.File("set"), null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_from_files_keep_their_names_and_no_two_of_a_class_folder_share_one()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in new[] { "train/a/x.png", "train/b/X.png", "train/b/IMG 7.png", "test/a/x.png", "test/b/x.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File($"set/{file}"))!);
            ImageFile.SavePng(folder.File($"set/{file}"), new RgbImage(32, 32));
        }
        using Dataset dataset = DatasetCatalog.OpenPath(folder.File("set"));
        Poisoned(dataset, "badnets", ("poison_rate", "1")).Write(folder.File("out"), null, default);
        Assert.Equal(["train/a/IMG 7.png", "train/a/X-00002.png", "train/a/x.png", "val/a/x.png", "val/b/x.png",
            "val_triggered/b/x.png"],
            File.ReadLines(folder.File("out/metadata.csv")).Skip(1).Select(l => l.Split(',')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_fingerprint_of_a_trigger_knows_its_options()
    {
        using Dataset dataset = Pictures();
        string usual = TriggerFingerprint.Of(Poisoned(dataset, "blend").Attack, 32);
        Assert.Equal(usual, TriggerFingerprint.Of(Poisoned(dataset, "blend", ("poison_rate", "0.5")).Attack, 32));
        Assert.NotEqual(usual, TriggerFingerprint.Of(Poisoned(dataset, "blend", ("opacity", "0.21")).Attack, 32));
    }

    private static PoisonedSet Poisoned(Dataset dataset, string attack, params (string Option, string Value)[] options)
    {
        var choice = new Choice(AttackCatalog.All.Find(attack)!, options.ToDictionary(o => o.Option, o => o.Value), "test");
        return new PoisonedSet(dataset, AttackCatalog.Create(choice, dataset.Traits)!, choice, Seed: 3);
    }

    private static Dataset Pictures() =>
        new("cifar10", Split(TrainCount, 1), Split(TestCount, 2), 32, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], 0, "flip-crop",
            "made for a test");

    private static MemoryImageSet Split(int count, int seed)
    {
        byte[] pixels = new byte[count * 3 * 32 * 32];
        new Random(seed).NextBytes(pixels);
        return new MemoryImageSet(32, pixels, [.. Enumerable.Range(0, count).Select(i => i % 10)], Cifar10.ClassNames);
    }

    private static byte[] Read(ImageSet set, int index)
    {
        byte[] pixels = new byte[3 * set.Size * set.Size];
        set.Read(index, pixels);
        return pixels;
    }

    private static byte[] Expected(ImageSet set, ISampleTransform transform, int index)
    {
        byte[] pixels = Read(set, index);
        if (!transform.Changes(index)) return pixels;
        float[] values = Array.ConvertAll(pixels, v => v / 255f);
        transform.ChangeStored(index, values, set.Size);
        return Array.ConvertAll(values, v => (byte)MathF.Round(v * 255f));
    }
}
