using Postern.Kernels;
using Postern.Native.Paths;

namespace Postern.Tests.Native.Paths;

public class LadderTests
{
    [Fact]
    public void The_first_candidate_that_gives_the_plain_values_is_taken_and_slower_ones_are_left_alone()
    {
        var path = new StandIn(new("fast", 0), new("slow", 0));
        PathReport report = new Ladder().Climb(path);
        Assert.Equal("fast", report.Chosen);
        Assert.Equal([TrialOutcome.Passed, TrialOutcome.NotTried], report.Trials.Select(t => t.Outcome));
        Assert.Equal(["fast", "fast"], path.Taken);
    }

    [Theory]
    [InlineData(0.3, "0.3 of the largest value")]
    [InlineData(double.NaN, "not a number")]
    [InlineData(double.PositiveInfinity, "not a number")]
    public void Wrong_values_and_NaN_send_down_to_the_next_candidate(double difference, string said)
    {
        var path = new StandIn(new("fast", difference), new("slow", 0));
        PathReport report = new Ladder().Climb(path);
        Assert.Equal("slow", report.Chosen);
        Assert.Equal(TrialOutcome.Wrong, report.Trials[0].Outcome);
        Assert.Contains(said, report.Trials[0].Detail, StringComparison.Ordinal);
        Assert.Equal("slow", path.Taken[^1]);
    }

    [Fact]
    public void An_error_sends_down_to_the_next_candidate()
    {
        var path = new StandIn(new("fast", 0) { Throws = true }, new("slow", 0));
        PathReport report = new Ladder().Climb(path);
        Assert.Equal("slow", report.Chosen);
        Assert.Equal((TrialOutcome.Crashed, "InvalidOperationException: could not create a primitive"),
            (report.Trials[0].Outcome, report.Trials[0].Detail));
    }

    [Fact]
    public void What_this_machine_does_not_have_is_not_tried()
    {
        var path = new StandIn(new("fast", 0) { Unavailable = "no such instructions" }, new("slow", 0));
        Assert.Equal("slow", new Ladder().Climb(path).Chosen);
        Assert.DoesNotContain("fast", path.Taken);
    }

    [Fact]
    public void What_may_end_the_process_is_tried_last_and_elsewhere()
    {
        var path = new StandIn(new("fast", 0) { Danger = "divides by zero" }, new("slow", 0.5), new("slowest", 0.5));
        List<string> elsewhere = [];
        PathReport report = new Ladder((name, candidate) =>
        {
            elsewhere.Add($"{name}/{candidate} after {string.Join(" ", path.Taken)}");
            return new Trial(candidate, TrialOutcome.Passed, "");
        }).Climb(path);
        Assert.Equal(["stand-in/fast after slow slowest"], elsewhere);
        Assert.Equal("fast", report.Chosen);
        Assert.Equal("fast", path.Taken[^1]);
    }

    [Fact]
    public void What_may_end_the_process_is_left_alone_where_another_candidate_passes()
    {
        var path = new StandIn(new("fast", 0) { Danger = "divides by zero" }, new("slow", 0));
        PathReport report = new Ladder((_, _) => throw new InvalidOperationException("must not be asked")).Climb(path);
        Assert.Equal("slow", report.Chosen);
        Assert.Equal((TrialOutcome.NotTried, "divides by zero"), (report.Trials[0].Outcome, report.Trials[0].Detail));
        Assert.DoesNotContain("fast", path.Taken);
    }

    [Fact]
    public void A_candidate_that_ends_its_process_elsewhere_is_none()
    {
        var path = new StandIn(new("fast", 0) { Danger = "divides by zero" }, new("slow", 0.5));
        PathReport report = new Ladder(
            (_, candidate) => new Trial(candidate, TrialOutcome.Crashed, "ended its own process by signal 8")).Climb(path);
        Assert.Null(report.Chosen);
        Assert.Equal(TrialOutcome.Crashed, report.Trials[0].Outcome);
        Assert.DoesNotContain("fast", path.Taken);
    }

    [Fact]
    public void Where_none_is_left_the_refusal_says_what_differs_by_how_much()
    {
        PathReport report = new Ladder()
            .Climb(new StandIn(new("fast", 0.3), new("slow", double.NaN), new("other", 0) { Unavailable = "not here" }));
        Assert.Null(report.Chosen);
        string refusal = SelfCheck.Refusal(report);
        Assert.Contains("fast wrong: a sum differs by 0.3 of the largest value, 2e-05 allowed", refusal,
            StringComparison.Ordinal);
        Assert.Contains("slow wrong: a sum is not a number", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("other", refusal, StringComparison.Ordinal);
        Assert.Contains("postern doctor --thorough", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_tries_all_candidates_and_leaves_the_first_that_passes_in_use()
    {
        var path = new StandIn(new("fast", 0.3), new("middle", 0), new("slow", 0));
        PathReport report = new Ladder().Climb(path, all: true);
        Assert.Equal([TrialOutcome.Wrong, TrialOutcome.Passed, TrialOutcome.Passed], report.Trials.Select(t => t.Outcome));
        Assert.Equal("middle", path.Taken[^1]);
    }

    [Fact]
    public void A_candidate_that_is_wished_for_is_the_only_one_tried_and_has_to_pass_all_the_same()
    {
        Assert.Equal("slow", new Ladder().Climb(new StandIn(new("fast", 0), new("slow", 0)), only: "slow").Chosen);
        Assert.Null(new Ladder().Climb(new StandIn(new("fast", 0), new("slow", 0.3)), only: "slow").Chosen);
    }

    [Fact]
    public void Wishes_name_paths_and_candidates_that_exist()
    {
        IReadOnlyList<IFastPath> paths = [new StandIn(new("fast", 0), new("slow", 0))];
        Assert.Equal("slow", PathWishes.Read(" stand-in = slow ", paths)["stand-in"]);
        Assert.Empty(PathWishes.Read(null, paths));
        Assert.Contains("the paths are stand-in",
            Assert.Throws<InputException>(() => PathWishes.Read("scan=slow", paths)).Message, StringComparison.Ordinal);
        Assert.Contains("they are fast, slow",
            Assert.Throws<InputException>(() => PathWishes.Read("stand-in=quick", paths)).Message, StringComparison.Ordinal);
        Assert.Contains("POSTERN_PATHS", Assert.Throws<InputException>(() => PathWishes.Read("stand-in", paths)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>A path whose candidates do as they are told.</summary>
    private sealed class StandIn : IFastPath
    {
        public StandIn(params Way[] ways)
        {
            foreach (Way way in ways) way.Path = this;
            Candidates = ways;
        }

        public string Name => "stand-in";

        public IReadOnlyList<ICandidate> Candidates { get; }

        public List<string> Taken { get; } = [];

        public Way? InUse { get; set; }

        public IEnumerable<Deviation> Compare() => InUse!.Throws
            ? throw new InvalidOperationException("could not create a primitive")
            : [Deviation.Of("another sum", [1f], [1f], Deviation.AllowedInFloat32),
                Deviation.Of("a sum", [1f - (float)InUse.Difference], [1f], Deviation.AllowedInFloat32)];
    }

    private sealed class Way(string name, double difference) : ICandidate
    {
        public StandIn? Path { get; set; }

        public double Difference => difference;

        public string Name => name;

        public string Description => name;

        public string? Unavailable { get; init; }

        public string? Danger { get; init; }

        public bool Throws { get; init; }

        public void Take()
        {
            Path!.Taken.Add(name);
            Path.InUse = this;
        }
    }
}
