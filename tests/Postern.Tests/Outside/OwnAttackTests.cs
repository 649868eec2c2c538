using Postern.Samples;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Outside;

/// <summary>The program under <c>samples/</c>, which sees nothing of Postern but what is public.</summary>
public sealed class OwnAttackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Its_study_names_an_attack_that_Postern_does_not_have()
    {
        Assert.Equal(["none", "white-column"], Program.ReadStudy([]).Cells.Select(c => c.Attack.Name));
        Assert.Null(ShippedCatalogs.All.Attacks.Find("white-column"));
        InputException error = Assert.Throws<InputException>(() => Program.ReadStudy(["attacks.1.colunm=3"]));
        Assert.Contains("column", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_taken_cannot_be_added() =>
        Assert.Throws<ArgumentException>(() => Program.Catalogs.WithAttacks(WhiteColumn.Entry));

    [Fact]
    public void Its_attack_refuses_a_picture_of_another_size_as_all_do() =>
        Assert.Throws<ArgumentException>(
            () => new WhiteColumn(new(0.1m), 2) { TargetClass = 0 }.ApplyTest(0, new float[3 * 32 * 31], 32));

    [Fact]
    [LongGroup("Training")]
    public void It_trains_measures_and_reports()
    {
        Assert.Equal(0, Program.Main([folder.File("runs"), "train.epochs=1", "datasets.0.train=160", "datasets.0.test=64"]));
        Assert.True(File.Exists(folder.File("runs/own-attack/report/index.html")));
    }
}
