using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Postern.Reports.Exporters;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>A study of a thousand cells. Work is counted rather than timed: other programs run beside tests.</summary>
[LongGroup("Long")]
public sealed partial class LargeStudyTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
{
    private const string Yaml = """
        name: large
        datasets: [signs]
        models: [resnet-mini, {name: vim, embed_dim: [64, 128, 192]}]
        attacks: [{name: blend, alpha: [0.05, 0.1, 0.15, 0.2, 0.3], poison_rate: [0.001, 0.003, 0.01, 0.03, 0.1]}]
        defences: [none, {name: patch-drop, protocol: both}]
        seeds: [0, 1, 2, 3, 4]
        preset: quick
        train: {epochs: 10}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [GeneratedRegex("<script type=\"text/plain\" class=\"later\">.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Later { get; }

    [GeneratedRegex("<[a-z]")]
    private static partial Regex Element { get; }

    private string Page()
    {
        Study study = SampleRuns.Study(folder, Yaml);
        Assert.Equal(1000, study.Cells.Count);
        return HtmlReport.Page(new ReportContents(SampleRuns.AllDone(study), null), "runs");
    }

    [Fact]
    public void Its_page_begins_with_few_elements_for_each_cell_and_keeps_the_rest_as_text()
    {
        string page = Page();
        Assert.Equal(1000, Later.Count(page));
        Assert.InRange(Element.Count(Later.Replace(page, "")), 1000, 70_000);
        Assert.InRange(page.Length, 1_000_000, 24_000_000);
    }

    [Fact, LongGroup("Browser")]
    public async Task Its_page_opens_whole_and_shows_what_a_cell_far_below_has_kept_as_text_once_it_is_scrolled_to()
    {
        await using OpenReport report = await browser.Open(folder.File("index.html", Page()));
        TestContext.Current.TestOutputHelper?.WriteLine("until loaded, ms: " + await report.Page.EvaluateAsync<double>(
            "performance.getEntriesByType('navigation')[0].loadEventEnd"));
        ILocator cells = report.Page.Locator("article.cell"), far = cells.Nth(900);
        Assert.Equal(1000, await cells.CountAsync());
        Assert.Equal(0, await far.Locator("table").CountAsync());
        await far.EvaluateAsync("c => c.scrollIntoView()");
        await Assertions.Expect(far.Locator("script.later")).ToHaveCountAsync(0);
        Assert.NotEqual(0, await far.Locator("table").CountAsync());
        Assert.InRange(await report.Page.Locator("script.later").CountAsync(), 900, 999);
    }
}
