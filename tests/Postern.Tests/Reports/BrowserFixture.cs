using Microsoft.Playwright;

namespace Postern.Tests.Reports;

/// <summary>A report in a headless Chromium of this machine. Tests are skipped, with the reason, where there is none.</summary>
public sealed class BrowserFixture(WideSample wide) : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? playwright;
    private IBrowser? browser;
    private string missing = "";

    public async ValueTask InitializeAsync()
    {
        if (Programs.FirstOrDefault(File.Exists) is not string program)
        {
            missing = "there is no Chromium (apt-get install chromium)";
            return;
        }
        try
        {
            playwright = await Playwright.CreateAsync();
            browser =
                await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Headless = true });
        }
        catch (Exception e) when (e is PlaywrightException or System.ComponentModel.Win32Exception)
        {
            missing = $"the browser does not start: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>Opens the page of the wide sample.</summary>
    internal Task<OpenReport> Open(int width = 1440, ColorScheme scheme = ColorScheme.Light, bool script = true,
        bool touch = false) => Open(Path.Combine(wide.Report, "index.html"), width, scheme, script, touch);

    /// <summary>Opens a page.</summary>
    internal async Task<OpenReport> Open(
        string page, int width = 1440, ColorScheme scheme = ColorScheme.Light, bool script = true,
        bool touch = false)
    {
        if (browser is null) Assert.Skip(missing);
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
            JavaScriptEnabled = script,
            HasTouch = touch,
            ReducedMotion = ReducedMotion.Reduce,
        });
        return await OpenReport.At(context, new Uri(page).AbsoluteUri);
    }
}

/// <summary>An open page; what it says on the console and asks of the network is a failure when it is closed.</summary>
internal sealed class OpenReport : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    private OpenReport(IBrowserContext context) => this.context = context;

    public IPage Page { get; private set; } = null!;

    public static async Task<OpenReport> At(IBrowserContext context, string address)
    {
        var report = new OpenReport(context);
        await context.RouteAsync("**/*", async route =>
        {
            if (route.Request.Url == address)
            {
                await route.ContinueAsync();
                return;
            }
            report.complaints.Add($"asked for {route.Request.Url}");
            await route.AbortAsync();
        });
        report.Page = await context.NewPageAsync();
        report.Page.Console += (_, message) => report.complaints.Add($"console: {message.Text}");
        report.Page.PageError += (_, error) => report.complaints.Add($"error: {error}");
        report.Page.Request += (_, request) =>
        {
            if (request.Url != address
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)) report.complaints.Add($"requested {request.Url}");
        };
        await report.Page.GotoAsync(address);
        return report;
    }

    /// <summary>How many pixels the page is wider than its window.</summary>
    public Task<int> Overflow() =>
        Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Empty(complaints);
    }
}
