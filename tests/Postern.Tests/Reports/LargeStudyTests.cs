using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Postern.Reports.Exporters;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Studies;
using static Microsoft.Playwright.Assertions;

namespace Postern.Tests.Reports;

/// <summary>A study of a thousand cells. Work is counted rather than timed: other programs run beside tests.</summary>
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
        Assert.InRange(page.Length, 1_000_000, 16_000_000);
    }

    [Fact]
    [Trait("Category", "Browser")]
    public async Task Its_page_draws_a_cell_that_is_looked_at_and_no_other()
    {
        LongGroup.Require("Browser");
        await using OpenReport report = await browser.Open(folder.File("page.html", Page()));
        TestContext.Current.SendDiagnosticMessage("a page of 1000 cells is loaded after {0:f0} ms", await report.Page
            .EvaluateAsync<double>("performance.getEntriesByType('navigation')[0].loadEventEnd"));
        Assert.InRange(await report.Page.Locator("article.cell svg.chart").CountAsync(), 0, 40);
        ILocator link = report.Page.Locator("#counts a").Last;
        string target = (await link.GetAttributeAsync("href"))!;
        await link.FocusAsync();
        await report.Page.Keyboard.PressAsync("Enter");
        ILocator card = report.Page.Locator($"article[id='{target[1..]}']");
        await Expect(card).ToBeInViewportAsync();
        ILocator chart = card.Locator("svg.chart").First;
        await Expect(chart).ToBeVisibleAsync();
        await chart.Locator(".stop").Nth(2).HoverAsync();
        await Expect(report.Page.Locator(".readout")).ToContainTextAsync("epoch 3");
        Assert.InRange(await report.Page.Locator("article.cell svg.chart").CountAsync(), 1, 100);
    }
}
