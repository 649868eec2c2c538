using System.Text;
using System.Text.Json;
using Postern.Cli;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

public class CommandTests
{
    private static (int Code, string Errors) Run(params string[] args)
    {
        using var errors = new StringWriter();
        int code = Program.Run(args, errors);
        return (code, errors.ToString());
    }

    [Fact]
    public void A_study_runs_to_results_with_counts_and_a_report()
    {
        using var study = new TinyStudy();
        Assert.Equal((0, ""), Run("run", study.Path, "--out", study.Runs()));
        string[] results = study.Files("result.json");
        Assert.Equal(2, results.Length);
        JsonElement poisoned = results.Select(r => JsonDocument.Parse(File.ReadAllText(r)).RootElement)
            .Single(r => r.GetProperty("attack").GetString() == "badnets");
        Assert.Equal("resnet-mini", poisoned.GetProperty("model").GetString());
        Assert.Equal("signs", poisoned.GetProperty("dataset").GetString());
        Assert.Equal(0, poisoned.GetProperty("seed").GetInt64());
        Assert.Equal(16, poisoned.GetProperty("poisoned").GetInt32());
        Assert.Equal(64, poisoned.GetProperty("acc_total").GetInt32());
        Assert.Equal(60, poisoned.GetProperty("asr_total").GetInt32());
        Assert.Equal(poisoned.GetProperty("asr_hits").GetInt32() / 60.0, poisoned.GetProperty("asr").GetDouble(), 1e-12);
        Assert.InRange(poisoned.GetProperty("ra").GetDouble(), 0, 1);
        Assert.Equal(2, study.Files("metrics.jsonl").Length);
        Assert.Equal(2, study.Files("last.safetensors").Length);
        Assert.Empty(study.Files("state-*.safetensors"));
        Assert.Single(study.Files("preview.png"));
        Assert.Single(study.Files("index.html"));
    }

    [Fact]
    public void A_report_of_chosen_cells_stands_beside_the_whole_one_and_records_say_what_the_input_is_made_of()
    {
        using var study = new TinyStudy(epochs: 1);
        Assert.Equal((0, ""), Run("run", study.Path, "--out", study.Runs(), "--only", "attack=none"));
        string whole = Path.Combine(study.Runs(), "tiny", "report", "results.csv");
        byte[] before = File.ReadAllBytes(whole);
        Assert.Contains("badnets", Encoding.UTF8.GetString(before), StringComparison.Ordinal);
        Assert.Equal((0, ""), Run("report", study.Path, "--out", study.Runs(), "--only", "attack=none"));
        Assert.Equal(before, File.ReadAllBytes(whole));
        string part = File.ReadAllText(Path.Combine(study.Runs(), "tiny", "report-attack-none", "results.csv"));
        Assert.DoesNotContain("badnets", part, StringComparison.Ordinal);

        JsonElement input =
            JsonDocument.Parse(File.ReadAllText(Assert.Single(study.Files("cell.json")))).RootElement.GetProperty("input");
        Assert.Equal(32, input.GetProperty("size").GetInt32());
        Assert.Equal((3, 3), (input.GetProperty("mean").GetArrayLength(), input.GetProperty("std").GetArrayLength()));
    }

    [Fact]
    public void A_finished_cell_is_never_run_again()
    {
        using var study = new TinyStudy(epochs: 1);
        Assert.Equal(0, Run("run", study.Path, "--out", study.Runs()).Code);
        DateTime[] written = [.. study.Files("result.json").Select(File.GetLastWriteTimeUtc)];
        Assert.Equal(0, Run("run", study.Path, "--out", study.Runs()).Code);
        Assert.Equal(written, study.Files("result.json").Select(File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void A_failed_cell_ends_with_1_and_leaves_the_reason_while_others_finish()
    {
        using var study = new TinyStudy(lr: "1e20");
        Assert.Equal(1, Run("run", study.Path, "--out", study.Runs(), "--set", "train.warmup_epochs=0").Code);
        Assert.All(study.Files("failure.json"),
            f => Assert.Contains("try a lower lr", File.ReadAllText(f), StringComparison.Ordinal));
        Assert.Equal(2, study.Files("failure.json").Length);
    }

    [Fact]
    public void The_official_augmentation_trains()
    {
        using var study = new TinyStudy(epochs: 1, attacks: "[badnets]");
        Assert.Equal((0, ""), Run("run", study.Path, "--out", study.Runs(), "--set", "train.augment=official", "--set",
            "train.rand_augment_magnitude=9",
            "--set", "train.random_erasing=0.25", "--set", "train.mixup=0.8", "--set", "train.cutmix=1", "--set",
            "train.label_smoothing=0.1",
            "--set", "train.batch_size=50", "--set", "train.drop_last=true"));
        JsonElement metrics =
            JsonDocument.Parse(File.ReadAllLines(Assert.Single(study.Files("metrics.jsonl"))).Single()).RootElement;
        // 160 pictures make three full batches of 50.
        Assert.Equal(3, metrics.GetProperty("step").GetInt64());
    }

    [Fact]
    public void Dropping_the_only_batch_is_an_error_that_says_what_to_do()
    {
        using var study = new TinyStudy(epochs: 1, attacks: "[none]");
        (int code, _) = Run("run", study.Path, "--out", study.Runs(), "--set", "train.batch_size=161", "--set",
            "train.drop_last=true");
        Assert.Equal(1, code);
        Assert.Contains("160 pictures do not fill a batch of 161; lower batch_size",
            File.ReadAllText(Assert.Single(study.Files("failure.json"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_writes_nothing()
    {
        using var study = new TinyStudy();
        Assert.Equal((0, ""), Run("run", study.Path, "--out", study.Runs(), "--dry-run"));
        Assert.False(Directory.Exists(study.Runs()));
    }

    [Theory]
    [InlineData("run", "no-such-study.yaml")]
    [InlineData("report", "no-such-study.yaml")]
    [InlineData("data", "info", "no-such-folder")]
    [InlineData("attacks", "badnet")]
    [InlineData("attacks", "none", "--preview", "x.png")]
    [InlineData("attacks", "blend", "--preview", "x.png", "--set", "opacity=7")]
    [InlineData("poison", "signs", "--out", "x")]
    [InlineData("poison", "signs", "--attack", "badnet", "--out", "x")]
    [InlineData("poison", "signs", "--attack", "none", "--out", "x")]
    [InlineData("poison", "signs", "--attack", "badnets", "--set", "target=16", "--out", "x")]
    [InlineData("poison", "signs", "--attack", "badnets", "--format", "csv", "--out", "x")]
    [InlineData("figure", "5")]
    [InlineData("figure", "6", "--picture", "1600", "--out", "x.png")]
    [InlineData("rum")]
    [InlineData("run")]
    [InlineData("run", "x.yaml", "--threads", "0")]
    [InlineData("run", "x.yaml", "--threads", "many")]
    [LongGroup("Long")]
    public void Bad_input_ends_with_2_and_one_line_that_starts_with_error(params string[] args)
    {
        (int code, string errors) = Run(args);
        Assert.Equal(2, code);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_option_is_named_with_its_place_and_the_nearest_name()
    {
        using var study = new TinyStudy(attacks: "[{name: badnets, poison_rat: 0.1}]");
        (int code, string errors) = Run("run", study.Path, "--out", study.Runs());
        Assert.Equal(2, code);
        Assert.Contains("tiny.yaml:5:", errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'poison_rate'?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attack_is_previewed_as_a_picture()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "blend.png");
        Assert.Equal((0, ""), Run("attacks", "blend", "--preview", file, "--set", "opacity=0.3"));
        Assert.True(Postern.Imaging.ImageFile.Load(file).Width > 300);
    }

    [Fact]
    public void A_handful_of_pictures_is_previewed_though_no_test_picture_would_count()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a", "b", "c" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, "photos", name));
            Postern.Imaging.ImageFile.SavePng(
                Path.Combine(folder.Path, "photos", name, "1.png"), new Postern.Imaging.RgbImage(32, 32));
        }
        // Of three pictures one is for tests, and it is of the target class under one of the targets.
        foreach (string target in new[] { "0", "1", "2" })
            Assert.Equal((0, ""), Run("attacks", "badnets", "--preview", folder.File($"{target}.png"), "--data",
                folder.File("photos"), "--set", $"target={target}"));
    }

    [Fact]
    public void A_poisoned_set_is_written_and_not_written_over()
    {
        using var folder = new TemporaryFolder();
        string[] args = ["poison", "signs", "--attack", "badnets", "--set", "poison_rate=0.1", "--seed", "4", "--split", "test",
            "--format", "parquet", "--out", folder.File("set")];
        Assert.Equal((0, ""), Run(args));
        JsonElement record = JsonDocument.Parse(File.ReadAllBytes(folder.File("set/poison.json"))).RootElement;
        Assert.Equal(4, record.GetProperty("seed").GetInt64());
        Assert.Equal(["test 1600 0", "test_triggered 1500 1500"], record.GetProperty("parts").EnumerateArray()
            .Select(p => $"{p.GetProperty("name")} {p.GetProperty("pictures")} {p.GetProperty("triggered")}"));
        (int code, string errors) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains("not empty", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("6")]
    [LongGroup("Long")]
    public void A_figure_is_one_command(string number)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal((0, ""), Run("figure", number, "--out", folder.File("figure.png"), "--runs", folder.File("runs")));
        Assert.InRange(Postern.Imaging.ImageFile.Load(folder.File("figure.png")).Width, 500, 2000);
        Assert.False(Directory.Exists(folder.File("runs")));
    }

    [Fact]
    public void A_gallery_shows_the_attacks_of_a_study()
    {
        using var study = new TinyStudy(attacks: "[none, badnets, {name: blend, opacity: 0.5}]");
        string file = Path.Combine(study.Runs(), "gallery.png");
        Assert.Equal((0, ""), Run("figure", "6", "--study", study.Path, "--out", file));
        // The clean picture and two attacks.
        Assert.Equal(2 * 16 + 3 * 160 + 2 * 10, Postern.Imaging.ImageFile.Load(file).Width);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("attacks")]
    [InlineData("defences")]
    [InlineData("attacks", "patch-pixel")]
    [InlineData("models")]
    [InlineData("data", "info", "signs")]
    [LongGroup("Long")]
    public void Listings_succeed(params string[] args) => Assert.Equal((0, ""), Run(args));
}
