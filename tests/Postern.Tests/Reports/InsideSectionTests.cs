using System.Text.RegularExpressions;
using Postern.Reports.Charts;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class InsideSectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Study study;

    public InsideSectionTests() => study = SampleFindings.Write(folder, folder.File("runs"));

    public void Dispose() => folder.Dispose();

    private RunFolder Run => new(study, folder.File("runs"));

    private string Section() => SectionOf(HtmlReport.Write(Run));

    private static string SectionOf(string file)
    {
        string page = File.ReadAllText(file);
        int start = page.IndexOf("<section id=\"inside\"", StringComparison.Ordinal);
        return page[start..page.IndexOf("</section>", start, StringComparison.Ordinal)];
    }

    [Fact]
    public void Every_part_of_a_finding_is_on_the_page_and_numbers_are_means_over_seeds()
    {
        string section = Section();
        // ResNet's seeds changed ASR by -10 and -20 points, Vim's by -30 and -40.
        Assert.Contains(">-15.0 &#177; 7.1 (n=2)</td>", section, StringComparison.Ordinal);
        Assert.Contains(">-35.0 &#177; 7.1 (n=2)</td>", section, StringComparison.Ordinal);
        Assert.Contains("how edge-cut changes ASR, points", section, StringComparison.Ordinal);
        Assert.Equal(8, Regex.Count(section, "<article class=\"cell finding\""));
        Assert.Equal(16, Regex.Count(section, "class=\"mapped\""));
        // A curve for each record; beside each of the two tracks the cell's own two charts, and one for each unit.
        Assert.Equal(8 + 2 * (2 + 2), Regex.Count(section, "<svg class=\"chart\""));
        Assert.Contains("title=\"90.00 [80.00, 95.00]\">90.00</td>", section, StringComparison.Ordinal);
        Assert.Contains("While it was trained", section, StringComparison.Ordinal);
        Assert.Contains("data-row=\"block\" data-column=\"token\"", section, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", section, StringComparison.Ordinal);
    }

    [Fact]
    public void A_brief_page_has_the_numbers_and_no_card_of_a_cell()
    {
        string brief = folder.File("brief.html");
        HtmlReport.Write(Run, brief);
        string section = SectionOf(brief);
        Assert.Contains(">-15.0 &#177; 7.1 (n=2)</td>", section, StringComparison.Ordinal);
        Assert.DoesNotContain("<article", section, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"mapped\"", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_findings_stay_text()
    {
        string section = Section();
        Assert.DoesNotContain("<script>", section, StringComparison.Ordinal);
        Assert.DoesNotContain("onload=x '", section, StringComparison.Ordinal);
        Assert.Contains("Half-life at &lt;script&gt;", section, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_finding_is_named_and_takes_nothing_along()
    {
        Cell cell = study.Cells.First(c => c.Attack.Name == "badnets");
        string file = ProbeRecord.Read(Run.Of(cell).Folder, "memory")!.PathIn(Run.Of(cell).Folder);
        File.WriteAllText(file, File.ReadAllText(file).Replace("edge-cut", "edge-cat", StringComparison.Ordinal));
        string section = Section();
        Assert.Contains("memory.json: is damaged", section, StringComparison.Ordinal);
        Assert.Contains($"id=\"inside-knock-outs-{cell.Id}\"", section, StringComparison.Ordinal);
        Assert.DoesNotContain("edge-cat", section, StringComparison.Ordinal);
        Assert.Contains("ACC", File.ReadAllText(Path.Combine(Run.Report, "results.csv")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Its_curves_are_files_and_without_findings_there_is_no_section()
    {
        Section();
        Assert.Equal(8 + 4, Directory.EnumerateFiles(Path.Combine(Run.Report, "figures"), "inside_*.svg").Count());
        var plain = SampleRuns.Study(folder);
        SampleRuns.Write(plain, folder.File("others"));
        Assert.DoesNotContain("id=\"inside\"", File.ReadAllText(HtmlReport.Write(new RunFolder(plain, folder.File("others")))),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.4, 1, -0.5, 1, 8)]
    [InlineData(-3, -1, -3, 0, 7)]
    public void An_axis_around_values_below_zero_has_zero_among_its_round_ticks(
        double least, double largest, double from, double to, int ticks)
    {
        ChartAxis axis = ChartAxis.Around(least, largest, "y");
        Assert.Equal((from, to), (axis.Min, axis.Max));
        Assert.Contains(axis.Ticks, t => Math.Abs(t) < 1e-12);
        Assert.InRange(axis.Ticks.Count, 2, ticks);
        Assert.Equal(ChartAxis.UpTo(largest < 0 ? 2 : largest, "y").Ticks,
            ChartAxis.Around(0.1, largest < 0 ? 2 : largest, "y").Ticks);
    }

    [Fact]
    public void An_axis_within_values_ends_where_they_end()
    {
        ChartAxis axis = ChartAxis.Within([3, 17, 5], "token");
        Assert.Equal((3, 17), (axis.Min, axis.Max));
        Assert.Equal([4, 6, 8, 10, 12, 14, 16], axis.Ticks);
        Assert.Equal((2, 4), (ChartAxis.Within([3], "x").Min, ChartAxis.Within([3], "x").Max));
    }
}
