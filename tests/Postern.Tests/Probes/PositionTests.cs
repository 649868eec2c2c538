using Postern.Attacks;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Kernels;
using Postern.Models;
using Postern.Probes;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class PositionTests
{
    private static readonly PositionProbe Probe = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-3, 0)]
    [InlineData(-5, -2)]
    public void A_moved_trigger_is_the_same_in_another_place_and_leaves_all_else(int down, int right)
    {
        Attack attack = ProbedStripes.Corner;
        float[] own = new float[3 * 64], moved = new float[3 * 64];
        for (int i = 0; i < own.Length; i++) own[i] = moved[i] = 0.3f + i % 7 * 0.01f;
        float[] before = [.. own];
        attack.ApplyTest(0, own, 8);
        new MovedTrigger(attack, down, right, Crops: false).ChangeStored(0, moved, 8);
        for (int i = 0; i < own.Length; i++)
        {
            (int plane, int row, int column) = (i / 64, i / 8 % 8 + down, i % 8 + right);
            if (row < 0 || column < 0)
            {
                Assert.Equal(before[i], own[i]);
                continue;
            }
            int there = plane * 64 + row * 8 + column;
            // Where the trigger is, both have its values; elsewhere the picture's own.
            Assert.Equal(own[i] != before[i] ? own[i] : before[there], moved[there]);
        }
    }

    [Fact]
    public void A_trigger_s_box_is_around_the_pixels_that_it_changes()
    {
        Assert.Equal(new TriggerBox(29, 29, 3, 3), TriggerBox.Blocks(ProbedStripes.Corner, 0, 32).Single());
        Assert.Equal(32, TriggerBox.Blocks(ProbedStripes.Attacked("blend"), 0, 32).Single().Height);
    }

    [Theory]
    [InlineData(7, 29, 3, 0)]
    [InlineData(0, 29, 3, -28)]
    [InlineData(3, 1, 3, 12)]
    [InlineData(7, 1, 3, 28)]
    [InlineData(7, 0, 6, 26)]
    public void A_trigger_is_moved_by_whole_patches_and_stays_in_the_picture(int patch, int start, int side, int way) =>
        Assert.Equal(way, PositionProbe.Way(new PatchGrid(4, 4, 8, 32), patch, start, side, 32, 32));

    [Fact]
    public void Slopes_of_one_quantity_are_those_of_a_weighted_line_by_hand()
    {
        Proportion[] rates = [new(2, 10), new(5, 10), new(6, 10), new(9, 10)];
        double[] x = [0, 1, 2, 3];
        double[] y = [.. rates.Select(r => Math.Log((r.Hits + 0.5) / (r.Total - r.Hits + 0.5)))],
            w = [.. rates.Select(r => 1 / (1 / (r.Hits + 0.5) + 1 / (r.Total - r.Hits + 0.5)))];
        double sum = w.Sum(), meanX = w.Zip(x, (a, b) => a * b).Sum() / sum, meanY = w.Zip(y, (a, b) => a * b).Sum() / sum;
        double xx = w.Zip(x, (a, b) => a * (b - meanX) * (b - meanX)).Sum();
        double slope = Enumerable.Range(0, 4).Sum(i => w[i] * (x[i] - meanX) * (y[i] - meanY)) / xx;
        Quantity found = LogitFit.Slopes(rates, [x]).Single();
        Assert.Equal(slope, found.Value, 9);
        // Scatter is below 1 here, so that the error is 1 / sqrt(xx), with t of 2 degrees of freedom.
        Assert.Equal(slope + 4.302652729911275 / Math.Sqrt(xx), found.High, 6);
    }

    [Fact]
    public void Known_slopes_are_found_and_none_where_there_is_none()
    {
        double[] row = [.. Enumerable.Range(0, 64).Select(p => (double)(p / 8))],
            column = [.. Enumerable.Range(0, 64).Select(p => (double)(p % 8))];
        RandomStream draws = RandomStream.For(1, "a test");
        Proportion[] rates = [.. row.Select(r =>
        {
            double p = 1 / (1 + Math.Exp(-(r - 3.5) * 0.6));
            return new Proportion(Enumerable.Range(0, 200).Count(_ => draws.NextDouble() < p), 200);
        })];
        IReadOnlyList<Quantity> slopes = LogitFit.Slopes(rates, [row, column]);
        Assert.InRange(slopes[0].Value, 0.5, 0.7);
        Assert.True(slopes[0].Low > 0);
        Assert.True(slopes[1] is { Low: < 0, High: > 0 });
    }

    [Fact]
    public void A_quantity_that_others_determine_has_no_slope_of_its_own()
    {
        double[] row = [0, 0, 1, 1, 2, 2], column = [0, 1, 0, 1, 0, 1], place = [.. row.Zip(column, (r, c) => 2 * r + c)];
        Proportion[] rates = [new(1, 9), new(2, 9), new(3, 9), new(5, 9), new(6, 9), new(8, 9)];
        IReadOnlyList<Quantity> slopes = LogitFit.Slopes(rates, [row, column, place]);
        Assert.True(double.IsNaN(slopes[2].Value));
        Assert.Equal(slopes[0].Value, LogitFit.Slopes(rates, [row, column])[0].Value, 12);
        Assert.All(LogitFit.Slopes([.. rates.Select(_ => new Proportion(9, 9))], [row, column]),
            s => Assert.Equal(0, s.Value, 9));
    }

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    [InlineData("mambaout")]
    [InlineData("resnet-mini")]
    public void Every_place_is_tried_in_every_family_and_the_trigger_s_own_has_the_ASR_of_the_attack(string family)
    {
        using var stripes = new ProbedStripes(family);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        IReadOnlyList<double> rates = found.Maps.Single().Values;
        Assert.Equal(16, rates.Count);
        Assert.Equal((0, 1), found.Maps.Single().Range());
        Assert.Equal(stripes.Evaluator.Triggered(ProbedStripes.Corner).Asr.Value, rates[^1], 5);
        Assert.Equal(rates.Average(), found["asr-mean"]!.Value, 5);
        Assert.Equal(rates.Min(), found["asr-lowest"]!.Value, 5);
        Assert.Equal(16, found.Curves.Single().Series.Single().X.Count);
    }

    [Fact]
    public void A_network_that_obeys_the_trigger_on_the_left_alone_gives_the_column_a_falling_slope_and_the_row_none()
    {
        using var stripes = new ProbedStripes("deit");
        using var half = new LeftHalf();
        ProbeFinding found = Probe.Run(new ProbeSubject(stripes.Evaluator with { Model = half }, new WhiteDot(), new Choice(Probe,
            new Dictionary<string, string> { ["pictures"] = "0" })), cancel: TestContext.Current.CancellationToken);
        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0], found.Maps.Single().Values);
        Assert.True(found["column-slope"]!.High < 0);
        Assert.True(found["row-slope"] is { Low: < 0, High: > 0 });
    }

    [Fact]
    public void Places_along_the_scan_follow_the_network_s_own_order()
    {
        using var raster = new Vim(new VimConfig(8, 2, 2, 16, 1, 4, 4));
        Assert.Equal(Enumerable.Range(0, 17), raster.ScanPlaces());
        using var ordered =
            new Vim(new VimConfig(8, 2, 2, 16, 1, 4, 4) { Controls = new VimControls { Order = TokenOrder.Fixed } });
        IReadOnlyList<int> places = ordered.ScanPlaces()!;
        Assert.Equal(Enumerable.Range(0, 17), places.Order());
        Assert.Equal(8, places[8]);
        Assert.NotEqual(Enumerable.Range(0, 17), places);
        using var each =
            new Vim(new VimConfig(8, 2, 2, 16, 1, 4, 4) { Controls = new VimControls { Order = TokenOrder.PerPicture } });
        Assert.Null(each.ScanPlaces());
    }

    [Theory]
    [InlineData("blend", "no patch")]
    [InlineData("none", "nobody attacks it")]
    [InlineData("badnets", null)]
    public void Only_patches_are_moved(string attack, string? why)
    {
        string? found = Probe.Unfit(new Choice(ModelCatalog.All.Get("resnet-mini", "test")),
            new Choice(AttackCatalog.All.Get(attack, "test")));
        if (why is null) Assert.Null(found);
        else Assert.Contains(why, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_blocks_in_all_four_corners_one_is_moved_alone()
    {
        Attack four = ProbedStripes.Attacked("badnets", ("corners", "four"));
        IReadOnlyList<TriggerBox> blocks = TriggerBox.Blocks(four, 0, 32);
        Assert.Equal(4, blocks.Count);
        Assert.All(blocks, b => Assert.Equal((blocks[0].Height, blocks[0].Width), (b.Height, b.Width)));
        float[] whole = new float[3 * 1024], moved = new float[3 * 1024];
        Array.Fill(whole, 0.5f);
        Array.Fill(moved, 0.5f);
        four.ApplyTest(0, whole, 32);
        new MovedTrigger(four, 5, 9, Crops: false) { Part = blocks[0] }.ChangeStored(0, moved, 32);
        TriggerBox there = blocks[0] with { Top = blocks[0].Top + 5, Left = blocks[0].Left + 9 };
        for (int i = 0; i < moved.Length; i++)
        {
            (int row, int column) = (i / 32 % 32, i % 32);
            Assert.Equal(there.Contains(row, column) ? whole[i - 5 * 32 - 9] : 0.5f, moved[i]);
        }
        using var stripes = new ProbedStripes("deit");
        ProbeFinding found = Probe.Run(stripes.Subject(Probe, four), cancel: TestContext.Current.CancellationToken);
        Assert.NotEmpty(found.Numbers);
        Assert.Contains("of the trigger's 4 blocks", found.Notes.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lattice_has_no_block_to_move()
    {
        using var stripes = new ProbedStripes("deit");
        ProbeFinding found = Probe.Run(stripes.Subject(Probe, ProbedStripes.Attacked("patch-pixel")),
            cancel: TestContext.Current.CancellationToken);
        Assert.Empty(found.Numbers);
        Assert.Contains("no such block", found.Notes.Single(), StringComparison.Ordinal);
    }

    /// <summary>Takes a picture for the target class where something in its left half is white.</summary>
    private sealed class LeftHalf() : Backbone("left")
    {
        public override string Head => "none";

        public override void Initialise(long seed) { }

        public override long MultiplyAdds(int imageSize) => 0;

        public override Tensor forward(Tensor input)
        {
            Tensor white = input.select(1, 2).narrow(2, 0, 4).amax([1L, 2]).gt(WhiteDot.Normalised - 0.01).to(float32);
            return nn.functional.one_hot(white.to(int64) * ProbedStripes.Target, 4).to(float32);
        }
    }
}
