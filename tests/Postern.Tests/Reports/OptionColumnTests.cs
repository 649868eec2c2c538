using Postern.Reports.Exporters;
using Postern.Reports.Page;
using Postern.Reports.SideBySide;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Reports.Paper;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class OptionColumnTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Rates_and_what_tells_entries_of_one_name_apart_are_columns_of_every_output()
    {
        StudySummary summary = Summary("""
            attacks:
              - none
              - {name: badnets, poison_rate: 0.02, label: A}
              - {name: badnets, poison_rate: 0.05, label: B}
              - {name: blend, poison_rate: 0.05, alpha: 0.1, label: C}
              - {name: blend, poison_rate: 0.05, alpha: 0.3, label: D}
            """);
        Assert.Equal(["dataset", "attack", "poison_rate", "alpha"], summary.Table.RowNames);
        Assert.Equal(["signs", "A", "0.02", "–"], summary.Table.NamesOf(summary.Table.Rows[1]));
        Assert.Equal(["signs", "D", "0.05", "0.3"], summary.Table.NamesOf(summary.Table.Rows[4]));
        Assert.Equal("", summary.Table.Settings);
        var contents = new ReportContents(summary, null);
        Assert.Contains("| signs | D | 0.05 | 0.3 |", Export("results.md", contents), StringComparison.Ordinal);
        Assert.Contains("signs & D & 0.05 & 0.3 &", Export("results.tex", contents), StringComparison.Ordinal);
        string[] csv = Export("results.csv", contents).Split('\n');
        Assert.EndsWith(",attack.poison_rate,attack.alpha", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(",0.05,0.3", csv[5], StringComparison.Ordinal);
        Assert.EndsWith(",,", csv[1], StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">D</th><th scope=\"row\">0.05</th><th scope=\"row\">0.3</th>",
            HtmlReport.Page(contents, "runs"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_rate_for_all_stands_over_the_table_and_in_the_csv()
    {
        StudySummary summary = Summary("attacks: [none, {name: badnets, poison_rate: 0.02}, blend]");
        Assert.Equal(["dataset", "attack"], summary.Table.RowNames);
        Assert.Equal("poison_rate 0.02", summary.Table.Settings);
        var contents = new ReportContents(summary, null);
        Assert.Contains("\npoison_rate 0.02\n", Export("results.md", contents), StringComparison.Ordinal);
        Assert.Contains(" (poison\\_rate 0.02)}", Export("results.tex", contents), StringComparison.Ordinal);
        Assert.Contains(",attack.poison_rate\n", Export("results.csv", contents), StringComparison.Ordinal);
    }

    [Fact]
    public void What_most_of_many_models_share_is_said_once()
    {
        StudySummary summary = Summary("attacks: [none]", """
            [{name: vim, embed_dim: 96, label: A}, {name: vim, embed_dim: 96, depth: 2, label: B},
             {name: vim, embed_dim: 96, depth: 4, label: C}, {name: vim, depth: 2, label: D},
             {name: vim, embed_dim: 32, depth: 2, label: E}]
            """);
        Assert.Equal("depth 2, embed_dim 96 where nothing else is said; "
            + "A: depth 3; C: depth 4; D: embed_dim 64; E: embed_dim 32", summary.Table.Settings);
    }

    [Fact]
    public void Models_of_one_name_are_told_apart_over_the_table_and_in_the_csv()
    {
        StudySummary summary = Summary("attacks: [none]",
            "[resnet-mini, {name: vim, label: small}, {name: vim, embed_dim: 96, label: large}]");
        Assert.Equal("small: embed_dim 64; large: embed_dim 96", summary.Table.Settings);
        Assert.Contains(",model.embed_dim\n", Export("results.csv", new ReportContents(summary, null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Triggers_of_one_file_name_are_told_apart_by_their_folders()
    {
        string first = folder.File("one/cat.png", "1"), second = folder.File("two/cat.png", "2");
        string both = $"attacks: [{{name: badnets, trigger: {first}, label: A}}, {{name: badnets, trigger: {second}, label: B}}";
        ResultTable two = Summary($"{both}]").Table, one = Summary("attacks: [{name: badnets, label: A}, "
            + $"{{name: badnets, trigger: {first}, label: B}}]").Table;
        Assert.Equal([first, second], two.Rows.Select(r => two.NamesOf(r)[^1]));
        Assert.Equal(["–", "cat.png"], one.Rows.Select(r => one.NamesOf(r)[^1]));
    }

    [Fact]
    public void A_comparison_has_the_columns_too_and_shows_where_its_sides_differ()
    {
        Study before = Study("before", "attacks: [none, {name: badnets, poison_rate: 0.02}, {name: blend, poison_rate: 0.05}]"),
            after = Study("after", "attacks: [none, {name: badnets, poison_rate: 0.02}, {name: blend, poison_rate: 0.01}]");
        var comparison = RunComparison.Of(ComparedRuns.Of(new RunFolder(before, folder.File("runs"))),
            ComparedRuns.Of(new RunFolder(after, folder.File("runs"))));
        string text = MarkdownComparison.Export(comparison);
        Assert.Contains("| cell | poison_rate | ACC A |", text, StringComparison.Ordinal);
        Assert.Contains("| signs · resnet-mini · blend | 0.05 → 0.01 |", text, StringComparison.Ordinal);
        Assert.Contains("| signs · resnet-mini · none | – |", text, StringComparison.Ordinal);
    }

    private StudySummary Summary(string attacks, string models = "[resnet-mini]") =>
        PaperRuns.Summary(folder, Yaml(attacks, models), _ => new MadeUp(900, 100));

    private Study Study(string name, string attacks) =>
        StudyFile.Read(folder.File($"{name}.yaml", Yaml(attacks, "[resnet-mini]")), SampleCatalogs.All, []);

    private static string Yaml(string attacks, string models) =>
        $"datasets: [signs]\nmodels: {models}\n{attacks}\npreset: quick\n";

    private static string Export(string file, ReportContents contents) =>
        ReportExporters.All.Single(e => e.File == file).Export(contents)!;
}
