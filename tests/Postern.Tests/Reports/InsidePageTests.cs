using Microsoft.Playwright;
using Postern.Reports.Page;
using Postern.Studies;
using Postern.Tests.Studies;
using static Microsoft.Playwright.Assertions;

namespace Postern.Tests.Reports;

/// <summary>Findings on the page, in a browser.</summary>
[LongGroup("Browser")]
public sealed class InsidePageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Task<OpenReport> Open(int width, ColorScheme scheme = ColorScheme.Light)
    {
        Study study = SampleFindings.Write(folder, folder.File("runs"));
        return browser.Open(HtmlReport.Write(new RunFolder(study, folder.File("runs"))), width, scheme, script: true,
            touch: false);
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Findings_fit_the_window_and_ask_nothing_of_the_network(int width, ColorScheme scheme)
    {
        await using OpenReport report = await Open(width, scheme);
        foreach (ILocator details in await report.Page.Locator("#inside article details").AllAsync())
            await details.EvaluateAsync("d => d.open = true");
        await report.Page.Locator("#inside").ScrollIntoViewIfNeededAsync();
        Assert.Equal(0, await report.Overflow());
        if (Environment.GetEnvironmentVariable("POSTERN_SCREENSHOTS") is not string pictures) return;
        // One card of each kind: with all of them open the picture is too long to look at.
        foreach (ILocator details in (await report.Page.Locator("#inside article details").AllAsync()).Where((_, i) => i != 6))
            await details.EvaluateAsync("d => d.open = false");
        await report.Page.AddStyleTagAsync(
            new PageAddStyleTagOptions { Content = "article.cell { content-visibility: visible !important; }" });
        await report.Page.Locator("#inside").ScreenshotAsync(
            new LocatorScreenshotOptions { Path = Path.Combine(pictures, $"inside-{width}.png") });
    }

    [Fact]
    public async Task A_map_reads_out_the_field_under_the_cursor_and_with_the_arrow_keys()
    {
        await using OpenReport report = await Open(1440);
        await report.Page.Locator("#inside article details").First.EvaluateAsync("d => d.open = true");
        ILocator map = report.Page.Locator(".mapped").First, readout = report.Page.Locator(".readout");
        await map.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await map.BoundingBoxAsync())!;
        await report.Page.Mouse.MoveAsync(box.X + box.Width * 3.5f / 8, box.Y + box.Height * 2.5f / 8);
        // Field 2 * 8 + 3 of 64 that rise to 10 %.
        await Expect(readout).ToHaveTextAsync("row 2, column 3\n2.97 %");
        await report.Page.Mouse.MoveAsync(2, 2);
        await Expect(readout).ToBeHiddenAsync();
        await map.FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(readout).ToContainTextAsync("row 3, column 3");
        await report.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(map).ToHaveAttributeAsync("aria-valuetext", "row 3, column 4, 4.38 %");
        await report.Page.Keyboard.PressAsync("Escape");
        await Expect(readout).ToBeHiddenAsync();
    }
}
