using Postern.Cli.Commands;
using Postern.Studies;
using Postern.Studies.Jobs;

namespace Postern.Tests.Studies.Jobs;

public sealed class CardSharesTests : IDisposable
{
    // A job that notes which card it sees, and fails whatever it is asked for.
    private const string Job = """
        echo "$CUDA_VISIBLE_DEVICES" >> "$0"
        while read line; do
            cell=$(echo "$line" | sed 's/.*"cell":"\([^"]*\)".*/\1/')
            echo "{\"says\":\"settled\",\"cell\":\"$cell\",\"outcome\":\"failed\",\"error\":\"tried\"}"
        done
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_job_sees_the_card_that_the_fewest_others_have()
    {
        var shares = new CardShares([0, 2], seen: null);
        Assert.Equal("0", shares.Next([]));
        Assert.Equal("2", shares.Next(["0"]));
        Assert.Equal("0", shares.Next(["0", "2"]));
        Assert.Equal("0", shares.Next(["2"]));
        Assert.Equal("cards 0 and 2", $"{shares}");
    }

    [Fact]
    public void Cards_are_called_as_whoever_started_this_process_calls_them()
    {
        var shares = new CardShares([0, 1], seen: "3, GPU-8932f937");
        Assert.Equal("3", shares.Next([]));
        Assert.Equal("GPU-8932f937", shares.Next(["3"]));
    }

    [Fact]
    public void Where_a_study_names_its_card_or_there_is_none_jobs_see_what_this_process_sees()
    {
        Assert.Null(new CardShares([1], seen: "0,1", byNumber: true).Next([]));
        Assert.Null(CardShares.None.Next([]));
    }

    [Theory]
    [InlineData(3, 2, 2)]
    [InlineData(1, 2, 1)]
    [InlineData(3, 0, 1)]
    public void As_many_cells_as_there_are_cards_run_side_by_side(int cells, int cards, int expected) =>
        Assert.Equal(expected, JobCount.Auto(new RunFolder(Read(cells), folder.File("runs")), threads: 1, memory: 0, cards));

    [Fact]
    public void Each_of_the_jobs_of_a_run_sees_a_card_of_its_own()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("the job is a script of sh");
        string seen = folder.File("seen");
        var runner = new JobRunner(new RunFolder(Read(cells: 3), folder.File("runs")), jobs: 2,
            new JobCommand("sh", ["-c", Job, seen]), _ => { })
        {
            Cards = new CardShares([0, 1], seen: "5,7"),
        };
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        runner.Run(patience.Token);
        Assert.Equal(["5", "7"], File.ReadAllLines(seen).Order());
    }

    private Study Read(int cells) => StudyArguments.ReadFile(folder.File("shared.yaml", $$"""
        name: shared
        datasets: [{name: signs, train: 64, test: 16}]
        models: [resnet-mini]
        attacks: [none]
        preset: quick
        seeds: [{{string.Join(", ", Enumerable.Range(0, cells))}}]
        """), []);
}
