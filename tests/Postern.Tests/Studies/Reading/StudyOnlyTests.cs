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
            attacks: [none, badnets, {name: blend, label: Kitty}, {name: blend, alpha: 0.5, label: "Kitty, bold x=1"}]
            seeds: [0, 1]
            preset: quick
            """), SampleCatalogs.All, []);
    }

    [Theory]
    [InlineData(8, "model=vim")]
    [InlineData(16, "model=vim,resnet-mini")]
    [InlineData(2, "model=vim", "attack=kitty")]
    [InlineData(4, "attack=blend", "seed=1")]
    [InlineData(8, "attack=none,badnets")]
    [InlineData(1, "vim_badnets_s1")]
    [InlineData(5, "badnets_s1,vim_none_s0,vim_blend_s1")]
    [InlineData(16)]
    [InlineData(8, "attack=none", "attack=badnets")]
    [InlineData(8, "attack=none;badnets")]
    [InlineData(2, "attack=none; model=vim")]
    [InlineData(4, "attack=Kitty, bold x=1")]
    [InlineData(8, "attack=none,kitty, bold x=1")]
    [InlineData(8, "attack=none; kitty, bold x=1")]
    [InlineData(4, "vim", "_s0")]
    public void Only_keeps_cells_that_match_every_term(int count, params string[] terms) =>
        Assert.Equal(count, Sample().Only(terms).Cells.Count);

    [Fact]
    public void Nothing_left_lists_what_exists()
    {
        string message = Assert.Throws<InputException>(() => Sample().Only(["model=vim", "resnet-mini_none"])).Message;
        Assert.Equal(
            "--only model=vim resnet-mini_none: matches no cell of s, which has datasets signs; models resnet-mini, vim; "
            + "attacks none, badnets, Kitty, Kitty, bold x=1; defences none; seeds 0, 1", message);
    }

    [Theory]
    [InlineData("modle=vim", "'modle' is not a key; did you mean 'model'?")]
    [InlineData("model=", "has no value")]
    [InlineData("", "has no value")]
    [InlineData("attack=badnets,blnd", "--only attack=badnets,blnd: there is no attack 'blnd'; did you mean 'blend'?")]
    [InlineData("seed=0,7", "there is no seed '7'; valid are 0, 1")]
    [InlineData("vim,nothing", "'nothing' is in no cell's id")]
    [InlineData("attack=none;modle=vim", "'modle' is not a key; did you mean 'model'?")]
    [InlineData("attack=badnets,model=vim", "a comma parts values of attack; write 'attack=...;model=vim' in quotes")]
    public void A_term_without_sense_is_an_error(string term, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Sample().Only([term])).Message, StringComparison.Ordinal);
}
