using System.Text.Json;
using Postern.Cli;

namespace Postern.Tests.Cli;

[LongGroup("Fault")]
public class ProfileTests
{
    private static readonly string[] Parts =
        ["preparation", "data_wait", "forward", "backward", "optimizer", "evaluation", "checkpoint", "other"];

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void A_profile_says_where_the_time_of_each_cell_went(string jobs)
    {
        using var study = new TinyStudy();
        using CommandProcess run = CommandProcess.Start("run", study.Path, "--out", study.Runs(), "--threads", "2", "--jobs",
            jobs, "--profile");
        (int code, string output, string errors) = run.Finish();
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("2 of 2 cells, those run with --profile", output, StringComparison.Ordinal);
        Assert.All(new[] { "where the time went", "data wait", "optimiser", "img/s", "resnet-mini" },
            text => Assert.Contains(text, output, StringComparison.Ordinal));
        string[] files = study.Files("profile.json");
        Assert.Equal(2, files.Length);
        foreach (string file in files)
        {
            JsonElement profile = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
            Assert.Equal(320, profile.GetProperty("images").GetInt64());
            Assert.All(Parts, part => Assert.True(profile.GetProperty(part).GetDouble() >= 0));
            Assert.True(profile.GetProperty("forward").GetDouble() > 0 && profile.GetProperty("backward").GetDouble() > 0);
            Assert.Equal(profile.GetProperty("seconds").GetDouble(), Parts.Sum(p => profile.GetProperty(p).GetDouble()), 1e-6);
        }
    }

    [Fact]
    public void Without_the_switch_nothing_is_kept_or_printed()
    {
        using var study = new TinyStudy(epochs: 1);
        using CommandProcess run = CommandProcess.Start("run", study.Path, "--out", study.Runs());
        (int code, string output, _) = run.Finish();
        Assert.Equal(0, code);
        Assert.DoesNotContain("where the time went", output, StringComparison.Ordinal);
        Assert.Empty(study.Files("profile.json"));
    }

    [Theory]
    [InlineData("--profile needs a run", "--dry-run", "--profile")]
    [InlineData("--jobs needs a run", "--dry-run", "--jobs", "2")]
    [InlineData("--jobs must be a number from 1, or auto", "--jobs", "0")]
    [InlineData("--jobs must be a number from 1, or auto", "--jobs", "many")]
    public void What_does_not_fit_is_one_line(string expected, params string[] options)
    {
        using var study = new TinyStudy();
        using var errors = new StringWriter();
        Assert.Equal(2, Program.Run(["run", study.Path, "--out", study.Runs(), .. options], errors));
        Assert.Contains(expected, errors.ToString().Replace(": ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
    }
}
