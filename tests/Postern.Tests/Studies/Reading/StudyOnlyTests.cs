using Postern.Studies;

namespace Postern.Tests.Studies;

public class StudyOnlyTests
{
    private static Study Sample()
    {
        using var folder = new TemporaryFolder();
        return StudyFile.Read(folder.File("s.yaml", """
            datasets: [signs]
            models: [resnet-mini, vim]
            attacks: [none, badnets, {name: blend, label: Kitty}]
            seeds: [0, 1]
            preset: quick
            """), SampleCatalogs.All, []);
    }

    [Theory]
    [InlineData(6, "model=vim")]
    [InlineData(12, "model=vim,resnet-mini")]
    [InlineData(2, "model=vim", "attack=kitty")]
    [InlineData(2, "attack=blend", "seed=1")]
    [InlineData(8, "attack=none,badnets")]
    [InlineData(1, "vim_badnets_s1")]
    [InlineData(4, "badnets_s1,vim_none_s0,vim_blend_s1")]
    [InlineData(12)]
    public void Only_keeps_cells_that_match_every_term(int count, params string[] terms) =>
        Assert.Equal(count, Sample().Only(terms).Cells.Count);

    [Fact]
    public void Nothing_left_lists_what_exists()
    {
        string message = Assert.Throws<InputException>(() => Sample().Only(["model=vim", "seed=7"])).Message;
        Assert.Equal("--only model=vim seed=7: matches no cell of s, which has datasets signs; models resnet-mini, vim; "
            + "attacks none, badnets, Kitty; defences none; seeds 0, 1", message);
    }

    [Theory]
    [InlineData("modle=vim", "'modle' is not a key; did you mean 'model'?")]
    [InlineData("model=", "has no value")]
    [InlineData("", "has no value")]
    public void A_term_without_sense_is_an_error(string term, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Sample().Only([term])).Message, StringComparison.Ordinal);
}
