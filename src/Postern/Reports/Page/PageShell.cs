using System.Security.Cryptography;
using System.Text;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>What every page has around its content. It stands by itself: no network, no fonts, no other file.</summary>
internal static class PageShell
{
    /// <summary>Shown by the script only: without it the page follows the system.</summary>
    public static Markup Theme { get; } = Markup.Trusted("""
        <fieldset class="theme" hidden><legend>Theme</legend><label><input type="radio" name="theme" value="system"
        checked>system</label><label><input type="radio" name="theme" value="light">light</label>
        <label><input type="radio" name="theme" value="dark">dark</label></fieldset>
        """);

    /// <summary>The page's text.</summary>
    /// <param name="title">What the window is called.</param>
    /// <param name="content">Head and sections, one of them with the id <c>results</c>.</param>
    public static string Of(string title, Markup content)
    {
        string style = Resource("report.css"), script = Resource("report.js");
        // Only this script may run, whatever else the page contains, and nothing may be fetched.
        string scriptHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{scriptHash}'">
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{title} - Postern</title>
            <style>{Markup.Trusted(style)}</style></head>
            <body><a class="skip" href="#results">To the results</a><main>
            {content}
            </main><script>{Markup.Trusted(script)}</script></body></html>

            """).ToString();
    }

    /// <summary>The head of a page that is about more than one study.</summary>
    /// <param name="brand">What kind of page it is.</param>
    /// <param name="title">What it is about.</param>
    /// <param name="about">A sentence.</param>
    /// <param name="command">The command that makes it again.</param>
    public static Markup Head(string brand, string title, string about, string command) => Markup.Of($"""
        <header class="top"><div class="masthead"><p class="brand">{brand}</p>{Theme}</div><h1>{title}</h1>
        <p class="about">{about}</p><pre class="commands">{command}</pre></header>
        """);

    /// <summary>A file of the page: its style sheet or its script.</summary>
    public static string Resource(string name)
    {
        using Stream stream = typeof(PageShell).Assembly.GetManifestResourceStream($"Postern.Reports.Page.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
