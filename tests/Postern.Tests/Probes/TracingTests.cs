using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class TracingTests
{
    private static readonly TracingProbe Probe = new();

    public static TheoryData<string> Families => Models.BlockTapTests.Families;

    [Fact]
    public void What_is_left_is_a_ratio_of_sums_and_certain_where_all_pictures_agree()
    {
        Quantity half = EffectKept.Of([0, 1, 2], [4, 5, 6], [2, 3, 4]), mixed = EffectKept.Of([0, 0], [2, 4], [2, 1]);
        Assert.Equal((0.5, 0.5, 0.5), (half.Value, half.Low, half.High));
        Assert.Equal(0.5, mixed.Value, 12);
        // Residuals 1 and -1: t of one degree of freedom times sqrt(2 / 1 * 2) over 6.
        Assert.Equal(0.5 + 12.706204736432095 * 2 / 6, mixed.High, 6);
        Assert.Equal([3 - 1.0, -4.0],
            EffectKept.Lead(tensor(new[] { 1f, 3f, 0f, 4f, 0f, 9f }, [2, 3]), target: 1, labels: [0, 0]));
    }

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    public void Behind_the_last_block_the_effect_is_in_the_class_token_alone(string family)
    {
        using var stripes = new ProbedStripes(family, pictures: 12);
        stripes.Teach(ProbedStripes.Corner);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        int reader = stripes.Model.Grid!.ClassToken;
        double[] last = [.. found.Maps.Single().Values.Skip(2 * 17)];
        for (int token = 0; token < 17; token++) Assert.Equal(token == reader ? 0 : 1, last[token], 1e-3);
        Assert.Equal(0, found["block-3-class-token-kept"]!.Value, 1e-3);
        Assert.Equal(1, found["block-3-trigger-kept"]!.Value, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_is_left_with_the_trigger_s_place_put_back_is_that_by_hand(string family)
    {
        using var stripes = new ProbedStripes(family, pictures: 12);
        stripes.Teach(ProbedStripes.Corner);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Backbone model = stripes.Model;
        (Tensor clean, Tensor triggered, int[] labels) = Moved(stripes);
        string block = model.Blocks[1];
        Tensor before = clean;
        double[] off, on = EffectKept.Lead(model.forward(triggered), ProbedStripes.Target, labels);
        using (model.Taps.Watch((_, value) => before = value, name => name == block))
            off = EffectKept.Lead(model.forward(clean), ProbedStripes.Target, labels);
        using IDisposable put = model.Taps.Replace(name => name == block, (_, value) =>
        {
            Tensor mixed = value.clone();
            foreach (int patch in TriggerTokens.Patches(stripes.Evaluator, ProbedStripes.Corner, Patch(value), Patch(value)))
            {
                if (model.Grid is { } grid)
                    mixed.select(1, grid.TokenOf(patch)).copy_(before.select(1, grid.TokenOf(patch)));
                else
                {
                    // Here a square is one place of the map.
                    long side = 8 / Patch(value), row = patch / side, column = patch % side;
                    long first = model.MapsAreChannelsFirst ? 2 : 1;
                    mixed.select(first, row).select(first, column).copy_(before.select(first, row).select(first, column));
                }
            }
            return mixed;
        });
        double[] patched = EffectKept.Lead(model.forward(triggered), ProbedStripes.Target, labels);
        Assert.Equal(EffectKept.Of(off, on, patched).Value, found["block-2-trigger-kept"]!.Value, 1e-3);

        int Patch(Tensor value) => model.Grid?.PatchSize ?? 8 / (int)value.shape[2];
    }

    [Fact]
    public void A_part_of_all_scans_put_back_leaves_what_an_intervention_by_hand_leaves()
    {
        using var stripes = new ProbedStripes("vim", pictures: 12);
        stripes.Teach(ProbedStripes.Corner);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var vim = (Vim)stripes.Model;
        (Tensor clean, Tensor triggered, int[] labels) = Moved(stripes);
        List<ScanReading> scans = [];
        double[] off, on = EffectKept.Lead(vim.forward(triggered), ProbedStripes.Target, labels);
        using (vim.Taps.WatchScans((_, scan) => scans.Add(scan)))
            off = EffectKept.Lead(vim.forward(clean), ProbedStripes.Target, labels);
        int[] tokens = [.. TriggerTokens.Of(stripes.Evaluator, ProbedStripes.Corner, vim.Grid).Tokens];
        IDisposable[] changes = [.. Enumerable.Range(0, 3).Select(b =>
            vim.Intervene(new ScanPatch(ScanPart.U, tokens, scans[2 * b], scans[2 * b + 1]), block => block == b))];
        double[] patched = EffectKept.Lead(vim.forward(triggered), ProbedStripes.Target, labels);
        foreach (IDisposable change in changes) change.Dispose();
        Assert.Equal(EffectKept.Of(off, on, patched).Value, found["u-trigger-kept"]!.Value, 1e-3);
        Assert.Equal(2, found.Tables.Count);
        Assert.All(found.Tables, table => Assert.Equal((6, 6), (table.Rows.Count, table.Heads.Count)));
        // Nothing stays changed.
        Assert.Equal(on, EffectKept.Lead(vim.forward(triggered), ProbedStripes.Target, labels));
    }

    [Theory]
    [InlineData(64, 8)]
    [InlineData(256, 8)]
    [InlineData(49, 7)]
    [InlineData(4, 2)]
    public void Squares_of_a_map_are_all_of_it_and_the_trigger_s_are_where_it_is(int places, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        var sites = StreamSites.Of(grid: null, places, size: 32, (patch, _) => [32 / patch * (32 / patch) - 1]);
        Assert.Equal((side, side * side, places), (sites.Side, sites.Count, sites.Places));
        Tensor sum = zeros(places, 1);
        for (int i = 0; i < sites.Count; i++) sum += sites.Mask([i], sum);
        Assert.True(sum.Equals(ones(places, 1)));
        if (side > 2) Assert.Single(sites.Trigger);
    }

    [Fact]
    public void All_blocks_at_once_are_put_back_where_the_window_is_as_wide()
    {
        using var stripes = new ProbedStripes("deit", pictures: 12);
        stripes.Teach(ProbedStripes.Corner);
        // The last block is among them wherever one begins.
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner, ("window", "3"));
        Assert.All(found.Numbers.Where(n => n.Name.EndsWith("class-token-kept", StringComparison.Ordinal)),
            n => Assert.Equal(0, n.Value.Value, 1e-3));
    }

    [Fact]
    public void Where_the_trigger_moves_no_picture_nothing_is_found_and_it_is_said()
    {
        using var stripes = new ProbedStripes("vim", pictures: 12);
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Empty(found.Numbers);
        Assert.Contains("the 0 that the trigger moves", found.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_in_another_order_than_the_picture_s_are_left_out()
    {
        var attack = new Choice(AttackCatalog.All.Get("badnets", "test"));
        Assert.Contains("another order", Probe.Unfit(new Choice(ModelCatalog.All.Get("vim", "test"),
            new Dictionary<string, string> { ["order"] = "fixed" }), attack), StringComparison.Ordinal);
        Assert.Null(Probe.Unfit(new Choice(ModelCatalog.All.Get("mambaout", "test")), attack));
    }

    /// <summary>The pictures that the trigger moves to the target.</summary>
    private static (Tensor Clean, Tensor Triggered, int[] Labels) Moved(ProbedStripes stripes)
    {
        (Tensor clean, Tensor triggered) = stripes.Pictures(ProbedStripes.Corner);
        (bool[] before, bool[] after) = (stripes.Model.forward(clean).TakenFor(ProbedStripes.Target),
            stripes.Model.forward(triggered).TakenFor(ProbedStripes.Target));
        int[] moved = [.. Enumerable.Range(0, after.Length).Where(i => after[i] && !before[i])];
        IReadOnlyList<int> order = stripes.Evaluator.Order(ProbedStripes.Corner), labels = stripes.Evaluator.LabelsOf(null);
        Assert.True(moved.Length > 3, $"only {moved.Length} pictures are moved");
        return (clean.index_select(0, moved.Index(clean)), triggered.index_select(0, moved.Index(clean)),
            [.. moved.Select(i => labels[order[i]])]);
    }
}
