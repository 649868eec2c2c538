using System.Text.RegularExpressions;
using Postern.Cli;
using Postern.Reports.Page;
using Postern.Reports.SideBySide;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>The pages that are about more than one study, and where models lie.</summary>
public sealed class OtherPagesTests(SampleFixture sample) : IClassFixture<SampleFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_comparison_is_a_page_with_every_row_and_note()
    {
        var side = ComparedRuns.OfFolder(new RunFolder(sample.Study, sample.RunsRoot).Path);
        RunComparison comparison = RunComparison.Of(side, side);
        string page = ComparisonPage.Of(comparison, "a <b>", "c d");
        Assert.Contains("postern report &#39;a &lt;b&gt;&#39; &#39;c d&#39;", page, StringComparison.Ordinal);
        Assert.All(comparison.Rows, r => Assert.Contains(
            $"<td>{System.Net.WebUtility.HtmlEncode(r.Name)}</td>", page, StringComparison.Ordinal));
        Assert.All(MarkdownComparison.Notes(comparison),
            n => Assert.Contains(System.Net.WebUtility.HtmlEncode(n), page, StringComparison.Ordinal));
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_writes_the_page_of_a_comparison_and_the_index_of_a_folder()
    {
        using var errors = new StringWriter();
        string runs = sample.RunsRoot, study = new RunFolder(sample.Study, runs).Path, file = folder.File("compared.html");
        Assert.Equal(0, Program.Run(["report", study, study, "--html", file], errors));
        Assert.Contains("<table class=\"sortable\">", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(0, Program.Run(["report", runs], errors));
        string index = File.ReadAllText(Path.Combine(runs, "index.html"));
        Assert.Contains("<td>resnet-mini, vim</td>", index, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">11</td><td class=\"number\">9</td>", index, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"sample/report", index, StringComparison.Ordinal);
        HtmlReport.Write(new RunFolder(sample.Study, runs));
        Assert.Contains("href=\"sample/report/index.html\"", File.ReadAllText(StudiesIndex.Write(runs, [])!),
            StringComparison.Ordinal);
        Assert.Equal("", errors.ToString());
        Assert.Equal(2, Program.Run(["report", folder.Path], errors));
        Assert.Contains("has no study.yaml", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_brief_page_has_no_cards_and_no_link_that_leads_nowhere()
    {
        using var errors = new StringWriter();
        string study = new RunFolder(sample.Study, sample.RunsRoot).Path, file = folder.File("brief.html");
        // In a folder of its own: others look whether the shared one has a report.
        Study own = SampleRuns.Study(folder);
        SampleRuns.Write(own, folder.File("runs"));
        HtmlReport.Write(new RunFolder(own, folder.File("runs")), file);
        string page = File.ReadAllText(file);
        Assert.DoesNotContain("id=\"cells\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"models\"", page, StringComparison.Ordinal);
        string[] targets = [.. Regex.Matches(page, "href=\"#([^\"]+)\"").Select(m => m.Groups[1].Value).Distinct()];
        Assert.Contains(own.Cells[0].Id, targets);
        Assert.All(targets, id => Assert.Contains($" id=\"{id}\"", page, StringComparison.Ordinal));
        Assert.Equal(2, Program.Run(["report", study, study, "--brief", file], errors));
        Assert.Contains("--brief", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_where_the_weights_of_each_cell_lie()
    {
        Study study = SampleRuns.Study(folder);
        SampleRuns.Write(study, folder.File("runs"));
        var run = new RunFolder(study, folder.File("runs"));
        Assert.DoesNotContain("id=\"models\"", File.ReadAllText(HtmlReport.Write(run)), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(run.Of(study.Cells[2]).Folder, "last.safetensors"), "");
        Assert.Contains($"<code class=\"copy\">{folder.File("runs")}/sample/{study.Cells[2].Id}/last.safetensors</code>",
            File.ReadAllText(HtmlReport.Write(run)), StringComparison.Ordinal);
    }
}
