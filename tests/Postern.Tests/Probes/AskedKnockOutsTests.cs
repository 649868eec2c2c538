using Postern.Configuration;
using Postern.Models;
using Postern.Probes;

namespace Postern.Tests.Probes;

public class AskedKnockOutsTests
{
    private static readonly TriggerTokens Corner = new([15, 16], ClassToken: 8, Count: 17);

    private static IReadOnlyList<KnockOut>? Of(string text, TriggerTokens? trigger = null)
    {
        var probe = new KnockOutProbe();
        return AskedKnockOuts.Of(
            new Choice(probe, new Dictionary<string, string> { ["intervene"] = text }, "--intervene"), trigger ?? Corner);
    }

    [Fact]
    public void Nobody_asking_gets_the_usual_ones() => Assert.Null(Of(" "));

    [Fact]
    public void Each_is_what_it_says()
    {
        IReadOnlyList<KnockOut> found = Of("forward-cut  convolution-cut horizon-12 band-3 order backward-cut horizon-12")!;
        Assert.Equal(["forward-cut", "convolution-cut", "horizon-12", "band-3", "order", "backward-cut"],
            found.Select(k => k.Name));
        Assert.Equal(
            [
                new ScanCut(Reverse: false), new ConvolutionCut(), new Horizon(12) { Reader = 8 }, new Band(3),
                new ScanCut(Reverse: true),
            ],
            found.Where(k => k.Name != "order").Select(k => k.Change));
    }

    [Theory]
    [InlineData("edge-cut", new[] { 12, 13, 14, 15, 16 })]
    [InlineData("edge-cut@trigger", new[] { 12, 13, 14, 15, 16 })]
    [InlineData("zero-delta@3+10-12", new[] { 3, 10, 11, 12 })]
    [InlineData("state-reset@4-6", new[] { 6 })]
    public void At_tokens_each_comes_with_as_many_elsewhere(string text, int[] tokens)
    {
        IReadOnlyList<KnockOut> found = Of(text)!;
        Assert.Equal([text, $"{text}-elsewhere"], found.Select(k => k.Name));
        Assert.Equal(tokens, found[0].Tokens);
        Assert.Equal((text, tokens.Length), (found[1].ControlOf, found[1].Tokens.Count));
        Assert.DoesNotContain(found[1].Tokens, t => tokens.Contains(t) || t == Corner.ClassToken);
    }

    [Theory]
    [InlineData("edgecut", "there is no 'edgecut'")]
    [InlineData("horizon-0", "there is no 'horizon-0'")]
    [InlineData("horizon-", "there is no 'horizon-'")]
    [InlineData("edge-cut@1@2", "there is no 'edge-cut@1@2'")]
    [InlineData("edge-cut@17", "'17' of 'edge-cut@17' is no token or range of tokens from 0 to 16")]
    [InlineData("edge-cut@5-3", "'5-3' of")]
    [InlineData("edge-cut@", "'' of")]
    [InlineData("edge-cut@1-2-3", "'1-2-3' of")]
    [InlineData("zero-delta@7-9", "which is the class token")]
    public void A_mistake_is_one_line_with_what_is_valid(string text, string expected)
    {
        string error = Assert.Throws<InputException>(() => Of(text)).Message;
        Assert.StartsWith("--intervene: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void A_trigger_in_every_patch_has_no_tokens_to_cut_at() => Assert.Contains("edge-cut@7",
        Assert.Throws<InputException>(() => Of("edge-cut", Corner with { Tokens = [.. Enumerable.Range(0, 17)] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Where_all_other_tokens_are_meant_there_is_no_comparison() => Assert.Single(Of("zero-delta@0-7+9-16")!);
}
