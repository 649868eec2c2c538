using Postern.Models;
using Postern.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Probes;

public class TriggerDirectionTests
{
    private static readonly TriggerDirectionProbe Probe = new();

    public static TheoryData<string> Families => Models.BlockTapTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void A_direction_is_the_mean_way_of_what_the_classifier_reads(string family)
    {
        using var stripes = new ProbedStripes(family);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        stripes.Model.eval();
        var stream = new BlockStream(stripes.Model);
        (Tensor clean, Tensor triggered) = stripes.Pictures(ProbedStripes.Corner);
        var found = StreamDirections.Of(stripes.Model, stream, [(clean, triggered, new int[clean.shape[0]])], _ => { });
        Tensor last = clean;
        using (stripes.Model.Taps.Watch((_, value) => last = value, name => name == stripes.Model.Blocks[^1]))
        {
            stripes.Model.forward(clean);
            Tensor before = last;
            stripes.Model.forward(triggered);
            Tensor way = (last - before).mean([0L]);
            if (stripes.Model.Grid is { } grid) way = way[grid.ClassToken];
            else way = stripes.Model.MapsAreChannelsFirst ? way.mean([1L, 2]) : way.mean([0L, 1]);
            Assert.True(TensorDifference(found.Trigger[^1], way) < 1e-4);
        }
        Assert.Equal(found.Trigger[0].norm().ToDouble(), found.Random[0].norm().ToDouble(), 1e-4);
        Assert.False(found.Trigger[0].Equals(found.Random[0]));

        static double TensorDifference(Tensor a, Tensor b) => ((a - b).abs().max() / b.abs().max()).ToDouble();
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void All_families_have_a_row_for_each_block_and_one_for_all(string family)
    {
        using var stripes = new ProbedStripes(family);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(stripes.Model.Blocks.Count + 1, found.Tables[0].Rows.Count);
        Assert.NotNull(found[$"block-{stripes.Model.Blocks.Count}-added-asr"]);
        Assert.Equal(3, found.Curves.Single().Series.Count);
    }

    [Theory]
    [InlineData("vim")]
    [InlineData("deit")]
    public void Behind_no_block_has_a_token_anything_along_a_direction_that_is_taken_out_of_the_weights(string family)
    {
        using var stripes = new ProbedStripes(family);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        stripes.Model.eval();
        var stream = new BlockStream(stripes.Model);
        Tensor pictures = stripes.Pictures(ProbedStripes.Corner).Triggered, before = stripes.Model.forward(pictures);
        long width = stripes.Model.state_dict()["cls_token"].shape[2];
        Tensor unit = ones(width) / Math.Sqrt(width);
        double[] there = Along();
        using (new WeightAblation(stripes.Model, 3 * unit)) Assert.All(Along(), along => Assert.InRange(along, 0, 1e-5));
        Assert.All(there, along => Assert.True(along > 1e-3));
        Assert.Equal(before.Doubles(), stripes.Model.forward(pictures).Doubles());

        double[] Along()
        {
            double[] most = new double[stream.Count];
            using (stream.Watch((block, places) => most[block] = places.matmul(unit).abs().max().ToDouble()))
                stripes.Model.forward(pictures);
            return most;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Where_all_tokens_have_one_width_a_direction_is_also_taken_out_of_the_weights(string family)
    {
        using var stripes = new ProbedStripes(family);
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(family is "vim" or "deit", found["block-1-weights-asr-change"] is not null);
        Assert.Equal(family is "vim" or "deit" ? [stripes.Model.Blocks.Count] : [],
            found.Tables.Skip(1).Select(t => t.Rows.Count));
    }

    [Fact]
    public void A_backdoor_that_lies_in_one_direction_goes_with_it_and_comes_with_it()
    {
        using var stripes = new ProbedStripes("deit");
        using var planted = new OneDirection();
        ProbeFinding found = Probe.Run(stripes.Subject(Probe, new WhiteDot()) with
        {
            Evaluator = stripes.Evaluator with { Model = planted },
        }, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(1, found["asr"]!.Value);
        Assert.Equal(-1, found["block-1-ablated-asr-change"]!.Value);
        Assert.Equal(0, found["block-1-ablated-acc-change"]!.Value);
        Assert.Equal((1, 0), (found["block-1-added-asr"]!.Value, found["block-1-random-asr"]!.Value));
    }

    [Fact]
    public void Who_does_not_see_the_trigger_has_no_direction_for_it()
    {
        using var stripes = new ProbedStripes("vim");
        stripes.Blind();
        ProbeFinding found = stripes.Run(Probe, ProbedStripes.Corner);
        Assert.Equal(0, found["all-ablated-asr-change"]!.Value);
        Assert.All(found.Tables[0].Rows.SkipLast(1), row => Assert.Equal(0, row[1].Number!.Value));
    }

    /// <summary>
    /// Its stream is [B, 1, 64]: in the first channel whether there is a white dot, in others what the right half looks like. The
    /// first one decides.
    /// </summary>
    private sealed class OneDirection() : Backbone("planted")
    {
        public override string Head => "none";

        public override IReadOnlyList<string> Blocks => ["block"];

        public override void Initialise(long seed) { }

        public override long MultiplyAdds(int imageSize) => 0;

        public override Tensor forward(Tensor input)
        {
            Tensor dot = input.select(1, 2).narrow(2, 0, 4).amax([1L, 2]).gt(WhiteDot.Normalised - 0.01).to(float32);
            Tensor rest = input.narrow(3, 4, 4).flatten(1).narrow(1, 0, 63);
            Tensor stream = Tap("block", cat([dot.unsqueeze(1), rest], 1).unsqueeze(1)).squeeze(1);
            return nn.functional.one_hot(stream.select(1, 0).gt(0.5).to(int64) * ProbedStripes.Target, 4).to(float32);
        }
    }
}
