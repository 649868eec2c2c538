using System.Globalization;
using System.Text.RegularExpressions;
using Postern.Reports.Page;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed partial class HtmlReportTests(SampleFixture sample, WideSample wide) : IClassFixture<SampleFixture>, IDisposable
{
    private const string Hostile = "<script>alert(1)</script>\\\" onload=x '";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Page() => File.ReadAllText(HtmlReport.Write(new RunFolder(sample.Study, sample.RunsRoot)));

    private string Page(Study study) => File.ReadAllText(HtmlReport.Write(new RunFolder(study, folder.File("runs"))));

    [Fact]
    public void A_report_is_a_page_tables_and_drawings_in_the_study_s_folder()
    {
        Page();
        Assert.Equal(["figures", "index.html", "results.csv", "results.md", "results.tex"],
            Directory.EnumerateFileSystemEntries(Path.Combine(sample.RunsRoot, "sample", "report"))
                .Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_page_needs_nothing_from_outside()
    {
        string page = Page();
        Assert.DoesNotMatch("(?i)https?://|//[a-z]|@import|url\\(|<link|<iframe",
            WithoutPictures(page).Replace("// ", "", StringComparison.Ordinal));
        Assert.All(Sources().Matches(page),
            m => Assert.StartsWith("src=\"data:image/png;base64,", m.Value, StringComparison.Ordinal));
        Assert.Equal(2, Sources().Count(page));
        Assert.All(Links().Matches(page), m => Assert.Matches("^href=\"(#[a-z0-9._-]+|results\\.(csv|md|tex))\"$", m.Value));
    }

    [Fact]
    public void Every_link_within_the_page_arrives()
    {
        string page = Page();
        string[] targets = [.. Links().Matches(page).Select(m => m.Value)
            .Where(v => v.StartsWith("href=\"#", StringComparison.Ordinal)).Distinct()];
        Assert.NotEmpty(targets);
        Assert.All(targets, t => Assert.Contains($"id=\"{t[7..]}", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_from_outside_stay_text()
    {
        Study study = SampleRuns.Study(folder, SampleRuns.Yaml
            .Replace("[0, 1]", "[0]", StringComparison.Ordinal)
            .Replace("Two small models", Hostile.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("Blend | 1 %", Hostile, StringComparison.Ordinal)
            .Replace("embed_dim: 128", $"embed_dim: 128, label: \"{Hostile}\"", StringComparison.Ordinal)
            .Replace("[signs]", $"[{{name: signs, label: \"{Hostile}\"}}]", StringComparison.Ordinal));
        SampleRuns.Write(study, folder.File("runs"));
        string page = Page(study);
        Assert.Single(ScriptTags().Matches(page));
        Assert.DoesNotContain("\" onload=x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=x &#39;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_from_outside_stay_text()
    {
        Study study = SampleRuns.Study(folder);
        CellDirectory directory = new RunFolder(study, folder.File("runs")).Of(study.Cells[0]);
        directory.Start();
        directory.WriteFailure("<img src=x onerror=alert(1)>");
        AtomicFile.WriteText(directory.PreviewPath, "<svg onload=alert(1)>");
        string page = Page(study);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_cells_that_began_are_shown()
    {
        string page = Page(SampleRuns.Study(folder));
        Assert.DoesNotContain("<article", page, StringComparison.Ordinal);
        Assert.Contains("0 of 12 cells done", page, StringComparison.Ordinal);
        page = Page();
        Assert.Equal(11, Articles().Count(page));
        Assert.Contains("9 of 12 cells done", page, StringComparison.Ordinal);
        Assert.Contains("the loss became NaN at epoch 4", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_open_and_close_in_pairs()
    {
        string page = WithoutPictures(Page());
        foreach (string element in new[] { "section", "article", "table", "tr", "td", "th", "div", "svg", "g", "p", "dl",
            "details", "figure", "span", "a" })
            Assert.Equal((element, Regex.Count(page, $"<{element}[ >]")), (element, Regex.Count(page, $"</{element}>")));
    }

    [Fact]
    public void The_page_is_the_same_in_every_culture_and_every_time()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string page = Page();
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(page, Page());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Equal_records_give_equal_files_byte_for_byte_whoever_writes_them_at_the_same_time()
    {
        string report = wide.Report;
        Dictionary<string, byte[]> first =
            Directory.EnumerateFiles(report, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
        Parallel.For(0, 4, _ => HtmlReport.Write(new RunFolder(wide.Study, wide.RunsRoot)));
        string[] again = [.. Directory.EnumerateFiles(report, "*", SearchOption.AllDirectories)];
        Assert.Equal(first.Keys.Order(), again.Order());
        Assert.True(first.Count > 20);
        Assert.All(again, f => Assert.Equal(first[f], File.ReadAllBytes(f)));
    }

    [Fact]
    public void A_study_that_names_published_values_is_shown_beside_them_and_judged()
    {
        string page = wide.Page;
        Assert.Contains("<h2>Beside the paper</h2>", page, StringComparison.Ordinal);
        Assert.Matches("BadNets 1 %</td><td>none</td><td>resnet-mini</td>.*?94\\.02</td>.*?100\\.00</td>",
            page.ReplaceLineEndings(""));
        Assert.Matches("<h2>Claims of the paper</h2>.*?undecided</span>", page.ReplaceLineEndings(""));
        Assert.DoesNotContain("id=\"claims\"", Page(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_shows_what_triggered_pictures_were_taken_for_and_how_well_they_are_detected()
    {
        string page = wide.Page;
        Assert.Contains("<dt>AUROC</dt><dd>0.9", page, StringComparison.Ordinal);
        Assert.Contains("<dt>TPR, alarm at 5 or more of 10</dt><dd>70.00 (67.23 to 72.63), 770 of 1100</dd>", page,
            StringComparison.Ordinal);
        Assert.Contains("<td>1 sign 1: 2.00  (2 / 100)</td>", page, StringComparison.Ordinal);
        Assert.Matches("Tested with the weights of <a href=\"#signs_vim_badnets_s0-[0-9a-f]{8}\">", page);
    }

    [Fact]
    public void A_damaged_record_is_named_and_takes_no_other_cell_away()
    {
        Study study = SampleRuns.Study(folder).Only(["seed=0"]);
        SampleRuns.Write(study, folder.File("runs"));
        var run = new RunFolder(study, folder.File("runs"));
        string path = run.Of(study.Cells[0]).ResultPath;
        AtomicFile.WriteText(path, "{");
        StudySummary summary = StudySummary.Read(run);
        Assert.StartsWith($"{path}: is damaged", Assert.Single(summary.Damages), StringComparison.Ordinal);
        Assert.Equal((CellPhase.Failed, null), (summary.Cells[0].State.Phase, summary.Cells[0].Result));
        Assert.NotNull(summary.Cells[1].Result);
        Assert.Contains("is damaged", File.ReadAllText(HtmlReport.Write(run)), StringComparison.Ordinal);
    }

    private static string WithoutPictures(string page) => Sources().Replace(page, "");

    [GeneratedRegex("src=\"[^\"]*\"")]
    private static partial Regex Sources();

    [GeneratedRegex("href=\"[^\"]*\"")]
    private static partial Regex Links();

    [GeneratedRegex("<script")]
    private static partial Regex ScriptTags();

    [GeneratedRegex("<article")]
    private static partial Regex Articles();
}
