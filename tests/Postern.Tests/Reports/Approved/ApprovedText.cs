using System.Globalization;

namespace Postern.Tests.Reports.Approved;

/// <summary>Output that someone has looked at and found good: a file beside this one for each export.</summary>
internal static class ApprovedText
{
    private const string Accept = "POSTERN_ACCEPT";

    private static string Folder { get; } = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "Postern.Tests", "Reports",
        "Approved");

    /// <summary>
    /// Compares what <paramref name="export"/> gives in <paramref name="culture"/> with the approved file <paramref
    /// name="name"/>.
    /// </summary>
    public static void Check(string name, string culture, Func<string> export)
    {
        string received = In(culture, export), path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable(Accept) == "1") File.WriteAllText(path, received);
        string approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (received == approved) return;
        (string[] was, string[] now) = (approved.Split('\n'), received.Split('\n'));
        int line = Enumerable.Range(0,
            Math.Max(was.Length, now.Length)).First(i => was.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        Assert.Fail($"""
            {name} is not as approved, first in line {line + 1}, in culture {culture}
            approved: {was.ElementAtOrDefault(line) ?? "(end)"}
            received: {now.ElementAtOrDefault(line) ?? "(end)"}
            If the change is meant, run this test with {Accept}=1, look at the difference of {path} and commit it.
            """);
    }

    private static string In(string culture, Func<string> export)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            return export();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
