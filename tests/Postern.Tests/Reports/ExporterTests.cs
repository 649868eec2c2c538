using System.Text.RegularExpressions;
using Postern.Reports.Exporters;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Reports.Text;
using Postern.Studies;
using Postern.Tests.Reports.Approved;
using Postern.Tests.Reports.Paper;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>
/// Every export is as someone approved it, whatever the culture: German writes 1,5; Saudi Arabic has its own minus and calendar.
/// </summary>
public sealed class ExporterTests(SampleFixture sample) : IClassFixture<SampleFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Tables =>
        new(from culture in Cultures from format in ReportExporters.Results select (Path.GetExtension(format.File), culture));

    public static TheoryData<string, string> PaperFormats =>
        new(from culture in Cultures from format in ReportExporters.Paper select (format.File, culture));

    private static string[] Cultures => ["de-DE", "ar-SA", "tr-TR"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_main_table_is_as_approved_in_every_culture(string ending, string culture) =>
        ApprovedText.Check($"results{ending}", culture,
            () => Export($"results{ending}", ReportContents.Read(new RunFolder(sample.Study, sample.RunsRoot))));

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_main_table_with_defences_is_as_approved_in_every_culture(string ending, string culture) =>
        ApprovedText.Check($"defended{ending}", culture,
            () => Export($"results{ending}", new ReportContents(PaperRuns.Usual(folder), null)));

    [Theory]
    [MemberData(nameof(PaperFormats))]
    public void The_comparison_with_the_paper_is_as_approved_in_every_culture(string file, string culture) =>
        ApprovedText.Check(file, culture, () => Export(file, WithPaper(PaperRuns.Usual(folder))));

    [Fact]
    public void A_study_that_names_no_published_values_has_the_main_table_only()
    {
        var contents = new ReportContents(PaperRuns.Usual(folder), null);
        Assert.Equal(ReportExporters.Results.Select(e => e.File), ReportExporters.All.Where(e => e.Export(contents) is not null)
            .Select(e => e.File));
    }

    [Fact]
    public void Latex_closes_what_it_opens_and_every_row_has_every_column()
    {
        ReportContents contents = WithPaper(PaperRuns.Usual(folder));
        foreach (string tex in new[] { Export("results.tex", contents), Export("paper.tex", contents) })
        {
            Assert.Equal(Regex.Count(tex, @"(?<!\\)\{"), Regex.Count(tex, @"(?<!\\)\}"));
            Assert.DoesNotMatch(@"(?<!\\)[_#]", tex);
            Assert.DoesNotMatch(@"(?<!\\)%(?! Needs)", tex);
            Assert.All(tex, c => Assert.True(c < 128, $"{c} is not known to every LaTeX"));
            foreach (
                Match table in Regex.Matches(tex, @"\\begin\{tabular\}\{(?<columns>.*)\}\n(?<body>[\s\S]*?)\\end\{tabular\}"))
            {
                int columns = Regex.Count(table.Groups["columns"].Value.Replace("p{4cm}", "p", StringComparison.Ordinal),
                    "[lrp]");
                string[] rows = [.. table.Groups["body"].Value.Split('\n')
                    .Where(l => l.EndsWith("\\\\", StringComparison.Ordinal)
                        && !l.Contains("multicolumn", StringComparison.Ordinal))];
                Assert.NotEmpty(rows);
                Assert.All(rows, r => Assert.Equal(columns - 1, Regex.Count(r, @"(?<!\\)&")));
                Assert.DoesNotMatch(@"(?m)^\s*[\[*]", table.Groups["body"].Value);
            }
        }
    }

    [Fact]
    public void Latex_escapes_every_character_that_it_would_obey() =>
        Assert.Equal(
            "\\&\\%\\$\\#\\_\\{\\}\\textbackslash{}\\textasciitilde{}\\textasciicircum{}\\textless{}\\textgreater{}\\textbar{}{[}{]}{*} a",
            LatexText.Escape("&%$#_{}\\~^<>|[]*\na"));

    private static string Export(string file, ReportContents contents) =>
        ReportExporters.All.Single(e => e.File == file).Export(contents)!;

    private static ReportContents WithPaper(StudySummary summary) =>
        new(summary, PaperComparison.Of(summary, PaperRuns.PublishedAsSample));
}
