using System.Text.Json;
using Postern.Cli;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary>A study with an attack that learns first, with networks that are trained too little to be accepted.</summary>
[LongGroup("Long")]
public class LearnedStudyTests
{
    private const string Issba = "name: issba, poison_rate: 0.1, prepare_epochs: 1, secret_epochs: 1";

    private static int Run(TinyStudy study) => Program.Run(["run", study.Path, "--out", study.Runs()], TextWriter.Null);

    [Fact]
    public void A_failed_acceptance_check_fails_the_cell_with_value_and_limit_while_others_finish()
    {
        using var study = new TinyStudy(epochs: 1, attacks: $"[none, {{{Issba}}}]");
        Assert.Equal(1, Run(study));
        Assert.Single(study.Files("result.json"));
        Assert.Matches(@"issba: bit accuracy of the decoder is 0\.\d+, must be at least 0\.99; .*set accept: warn",
            File.ReadAllText(Assert.Single(study.Files("failure.json"))));
    }

    [Fact]
    public void With_accept_warn_the_cell_runs_on_shared_artifacts_and_records_what_was_measured()
    {
        using var study = new TinyStudy(epochs: 1,
            attacks: $"[{{{Issba}, accept: warn}}, {{label: again, {Issba}, secret_seed: 1, accept: warn}}]");
        Assert.Equal(0, Run(study));
        Assert.Equal(2, study.Files("result.json").Length);
        Assert.Single(Directory.GetDirectories(Path.Combine(study.Runs(), ".ingredients")));
        foreach (string record in study.Files("cell.json"))
        {
            JsonElement[] checks =
                [.. JsonDocument.Parse(File.ReadAllText(record)).RootElement.GetProperty("acceptance").EnumerateArray()];
            Assert.Equal(["bit accuracy of the decoder", "mean PSNR in dB", "mean PSNR in dB"],
                checks.Select(c => c.GetProperty("name").GetString()));
            Assert.InRange(checks[0].GetProperty("value").GetDouble(), 0.2, 0.8);
            Assert.Equal(0.99, checks[0].GetProperty("limit").GetDouble());
        }
    }

    [Fact]
    public void A_preview_prepares_and_shows_even_what_is_not_accepted()
    {
        using var folder = new TemporaryFolder();
        string sheet = Path.Combine(folder.Path, "issba.png");
        Assert.Equal(0, Program.Run(["attacks", "issba", "--preview", sheet, "--prepare", "--out", folder.Path,
            "--set", "prepare_epochs=1", "--set", "secret_epochs=1", "--set", "prepare_subset=64"], TextWriter.Null));
        Assert.True(File.Exists(sheet));
        Assert.Single(Directory.GetDirectories(Path.Combine(folder.Path, ".ingredients")));
    }
}
