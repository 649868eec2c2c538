using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Postern.Tests.Reports;

[LongGroup("Browser")]
public class BrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Results = "table.results";

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task The_page_fits_its_window_says_nothing_on_the_console_and_asks_nothing_of_the_network(int width,
        ColorScheme scheme)
    {
        await using OpenReport report = await browser.Open(width, scheme);
        Assert.Equal(0, await report.Overflow());
        foreach (ILocator details in await report.Page.Locator("details").AllAsync())
            await details.EvaluateAsync("d => d.open = true");
        await report.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        Assert.Equal(0, await report.Overflow());
        if (Environment.GetEnvironmentVariable("POSTERN_SCREENSHOTS") is not string folder) return;
        foreach (ILocator details in await report.Page.Locator("details").AllAsync())
            await details.EvaluateAsync("(d, i) => d.open = d.closest('article') === document.querySelectorAll('article')[2]");
        // Cells out of sight are not drawn until they come into sight.
        await report.Page.AddStyleTagAsync(
            new PageAddStyleTagOptions { Content = "article.cell { content-visibility: visible !important; }" });
        await report.Page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(folder, $"{width}-{scheme}.png"), FullPage = true });
    }

    [Fact]
    public async Task At_1440_pixels_no_table_hides_a_column()
    {
        await using OpenReport report = await browser.Open();
        foreach (ILocator details in await report.Page.Locator("details").AllAsync())
            await details.EvaluateAsync("d => d.open = true");
        Assert.Empty(await report.Page.EvaluateAsync<string[]>(
            "Array.from(document.querySelectorAll('.scroll')).filter(b => b.scrollWidth > b.clientWidth + 1)"
                + ".map(b => `${b.closest('section').id} ${b.scrollWidth} of ${b.clientWidth}`)"));
    }

    [Fact]
    public async Task A_column_is_sorted_by_its_values_with_the_mouse_and_back_with_the_keyboard()
    {
        await using OpenReport report = await browser.Open();
        ILocator header = report.Page.Locator($"{Results} th[data-column]").Nth(4), button = header.Locator("button");
        int column = int.Parse((await header.GetAttributeAsync("data-column"))!,
            System.Globalization.CultureInfo.InvariantCulture);
        await button.ClickAsync();
        await Expect(header).ToHaveAttributeAsync("aria-sort", "ascending");
        double[] ascending = await Column(report, column);
        Assert.True(ascending.Length > 3);
        Assert.Equal(ascending.Order(), ascending);
        await button.FocusAsync();
        await report.Page.Keyboard.PressAsync("Enter");
        await Expect(header).ToHaveAttributeAsync("aria-sort", "descending");
        Assert.Equal(ascending.Reverse(), await Column(report, column));
        await report.Page.Locator($"{Results} th[data-column='1'] button").ClickAsync();
        await Expect(header).Not.ToHaveAttributeAsync("aria-sort", "descending");
        string[] names = await report.Page.EvaluateAsync<string[]>(
            "Array.from(document.querySelectorAll('table.results tbody tr'), r => r.cells[1].textContent)");
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
    }

    [Fact]
    public async Task Curves_read_out_their_values_under_the_cursor_and_with_the_arrow_keys()
    {
        await using OpenReport report = await browser.Open();
        ILocator chart = report.Page.Locator("#curves svg.chart").Nth(1), readout = report.Page.Locator(".readout");
        await Expect(readout).ToBeHiddenAsync();
        await chart.Locator(".stop").Nth(2).HoverAsync();
        await Expect(readout).ToBeVisibleAsync();
        Assert.StartsWith("epoch 3\nnone ", await readout.TextContentAsync(), StringComparison.Ordinal);
        await report.Page.Mouse.MoveAsync(2, 2);
        await Expect(readout).ToBeHiddenAsync();

        await report.Page.Locator("#curves svg.chart").First.FocusAsync();
        await report.Page.Keyboard.PressAsync("Tab");
        await Expect(chart).ToBeFocusedAsync();
        await Expect(readout).ToContainTextAsync("epoch 3");
        await report.Page.Keyboard.PressAsync("End");
        await Expect(readout).ToContainTextAsync("epoch 6");
        await report.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(readout).ToContainTextAsync("epoch 5");
        await report.Page.Keyboard.PressAsync("Home");
        await Expect(readout).ToContainTextAsync("epoch 1");
        await Expect(chart).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch 1, none "));
        await report.Page.Keyboard.PressAsync("Escape");
        await Expect(readout).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Curves_read_out_under_a_finger_and_stay_in_the_window()
    {
        await using OpenReport report = await browser.Open(390, touch: true);
        await report.Page.Locator("#sweeps svg.chart").First.Locator(".stop").Last.TapAsync();
        LocatorBoundingBoxResult box = (await report.Page.Locator(".readout").BoundingBoxAsync())!;
        Assert.InRange(box.X, 0, 390 - box.Width);
        Assert.Equal(0, await report.Overflow());
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_one_is_chosen_and_is_remembered()
    {
        await using OpenReport report = await browser.Open(scheme: ColorScheme.Dark);
        Assert.True(await Luminance(report) < 0.1);
        await report.Page.GetByText("light", new PageGetByTextOptions { Exact = true }).ClickAsync();
        Assert.True(await Luminance(report) > 0.8);
        await report.Page.ReloadAsync();
        Assert.True(await Luminance(report) > 0.8);
        await report.Page.Locator("input[value=light]").FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(report.Page.Locator("input[value=system]")).ToBeCheckedAsync();
        Assert.True(await Luminance(report) < 0.1);
    }

    [Fact]
    public async Task Without_storage_the_theme_is_still_chosen()
    {
        await using OpenReport report = await browser.Open();
        await report.Page.AddInitScriptAsync(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })");
        await report.Page.ReloadAsync();
        await report.Page.GetByText("dark", new PageGetByTextOptions { Exact = true }).ClickAsync();
        Assert.True(await Luminance(report) < 0.1);
    }

    [Fact]
    public async Task A_number_leads_to_the_curves_of_its_cell()
    {
        await using OpenReport report = await browser.Open();
        foreach (string place in new[] { $"{Results} td.asr a[href*='_badnets_s']", "#heat-maps svg a[href*='_badnets_s']" })
        {
            ILocator link = report.Page.Locator(place).First;
            string target = (await link.GetAttributeAsync("href"))!;
            await link.FocusAsync();
            await report.Page.Keyboard.PressAsync("Enter");
            ILocator card = report.Page.Locator($"article[id='{target[1..]}']");
            await Expect(card).ToBeInViewportAsync();
            await Expect(card.Locator("svg.chart").First).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Wide_tables_scroll_in_their_own_box_and_say_so()
    {
        await using OpenReport report = await browser.Open(390);
        ILocator box = report.Page.Locator("#counts .scroll");
        await Expect(report.Page.Locator("#counts .hint")).ToBeVisibleAsync();
        await Expect(box).ToHaveAttributeAsync("tabindex", "0");
        await box.FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowRight");
        for (int i = 0; i < 50 && await box.EvaluateAsync<double>("b => b.scrollLeft") == 0; i++) await Task.Delay(20,
            TestContext.Current.CancellationToken);
        Assert.True(await box.EvaluateAsync<double>("b => b.scrollLeft") > 0);
    }

    [Fact]
    public async Task On_paper_everything_is_unfolded_black_on_white_and_without_switches()
    {
        await using OpenReport report = await browser.Open(scheme: ColorScheme.Dark);
        await report.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await report.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.True(await Luminance(report) > 0.9);
        await Expect(report.Page.Locator(".theme")).ToBeHiddenAsync();
        Assert.Equal(0, await report.Page.Locator("details:not([open])").CountAsync());
        byte[] pdf = await report.Page.PdfAsync(new PagePdfOptions { Format = "A4" });
        Assert.True(pdf.AsSpan().StartsWith("%PDF"u8));
        if (Environment.GetEnvironmentVariable("POSTERN_SCREENSHOTS") is string folder)
            await report.Page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(folder, "print.png"), FullPage = true });
    }

    [Fact]
    public async Task Without_script_the_page_still_shows_everything()
    {
        await using OpenReport report = await browser.Open(script: false);
        await Expect(report.Page.Locator("#curves svg.chart").First).ToBeVisibleAsync();
        await Expect(report.Page.Locator(".theme")).ToBeHiddenAsync();
        await report.Page.Locator("summary").First.ClickAsync();
        await Expect(report.Page.Locator("details table").First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_has_the_contrast_of_WCAG_AA(ColorScheme scheme)
    {
        await using OpenReport report = await browser.Open(scheme: scheme);
        string[] faint = await report.Page.EvaluateAsync<string[]>(ContrastScript);
        Assert.Empty(faint);
    }

    /// <summary>Lists the elements whose text has less than 4.5 to 1 against what lies behind it.</summary>
    private const string ContrastScript = """
        () => {
          const parse = text => (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
          const over = (top, below) => [0, 1, 2].map(i => top[i] * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
          const linear = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
          const light = c => { const [r, g, b] = c.map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const behind = element => {
            const chain = [];
            for (let e = element; e; e = e.parentElement) chain.unshift(parse(getComputedStyle(e).backgroundColor));
            return chain.reduce((below, top) => over(top, below), [255, 255, 255]);
          };
          const faint = new Set();
          for (const element of document.querySelectorAll("body *")) {
            if (!Array.from(element.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()) || element.matches("script, title, .skip") || !element.checkVisibility()) continue;
            const style = getComputedStyle(element), svg = element instanceof SVGElement;
            let back = behind(element);
            if (svg && element.matches(".value")) {
              const field = element.parentElement.querySelector(".field"), fill = parse(getComputedStyle(field).fill);
              back = over([...fill.slice(0, 3), Number(field.getAttribute("fill-opacity"))], back);
            }
            const [a, b] = [light(over(parse(svg ? style.fill : style.color), back)), light(back)].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < 4.5) faint.add(`${element.tagName}.${element.getAttribute("class")} ${ratio.toFixed(2)}`);
          }
          return Array.from(faint);
        }
        """;

    private static async Task<double[]> Column(OpenReport report, int column) =>
        await report.Page.EvaluateAsync<double[]>(
            "i => Array.from(document.querySelectorAll('table.results tbody tr'), r => r.cells[i].dataset.sort).filter(v => v).map(Number)", column);

    private static Task<double> Luminance(OpenReport report) => report.Page.EvaluateAsync<double>(
        "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).reduce((sum, v) => sum + v / 765, 0)");
}
