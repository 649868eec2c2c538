using System.Text.RegularExpressions;
using Postern.Reports;
using Postern.Reports.Paper;
using Postern.Tests.Reports.Approved;
using Postern.Tests.Reports.Paper;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>Every export is as someone approved it, whatever the culture: German writes 1,5; Saudi Arabic has its own minus and calendar.</summary>
public sealed class ExporterTests(SampleFixture sample) : IClassFixture<SampleFixture>, IDisposable
{
    private static readonly ITableExporter[] TableExporters = [new CsvTable(), new MarkdownTable(), new LatexTable()];
    private static readonly string[] Endings = ["csv", "md", "tex"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Tables => new(from culture in Cultures from ending in Endings select (ending, culture));

    public static TheoryData<string, string> PaperFormats => new(from culture in Cultures from format in PaperFiles.Formats select (format.File, culture));

    private static string[] Cultures => ["de-DE", "ar-SA", "tr-TR"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_main_table_is_as_approved_in_every_culture(string ending, string culture) =>
        ApprovedText.Check($"results.{ending}", culture, () => Exporter(ending).Export(StudySummary.Read(sample.Study, sample.RunsRoot).Table));

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_main_table_with_defences_is_as_approved_in_every_culture(string ending, string culture) =>
        ApprovedText.Check($"defended.{ending}", culture, () => Exporter(ending).Export(PaperRuns.Usual(folder).Table));

    [Theory]
    [MemberData(nameof(PaperFormats))]
    public void The_comparison_with_the_paper_is_as_approved_in_every_culture(string file, string culture) =>
        ApprovedText.Check(file, culture, () => PaperFiles.Formats.Single(f => f.File == file).Exporter
            .Export(PaperComparison.Of(PaperRuns.Usual(folder), PublishedValues.Read(PaperRuns.PublishedPath))));

    [Fact]
    public void Latex_closes_what_it_opens_and_every_row_has_every_column()
    {
        StudySummary summary = PaperRuns.Usual(folder);
        foreach (string tex in new[] { new LatexTable().Export(summary.Table), new PaperLatex().Export(PaperComparison.Of(summary, PaperRuns.Published)) })
        {
            Assert.Equal(Regex.Count(tex, @"(?<!\\)\{"), Regex.Count(tex, @"(?<!\\)\}"));
            Assert.DoesNotMatch(@"(?<!\\)[_#]", tex);
            Assert.DoesNotMatch(@"(?<!\\)%(?! Needs)", tex);
            Assert.All(tex, c => Assert.True(c < 128, $"{c} is not known to every LaTeX"));
            foreach (Match table in Regex.Matches(tex, @"\\begin\{tabular\}\{(?<columns>.*)\}\n(?<body>[\s\S]*?)\\end\{tabular\}"))
            {
                int columns = Regex.Count(table.Groups["columns"].Value.Replace("p{4cm}", "p", StringComparison.Ordinal), "[lrp]");
                string[] rows = [.. table.Groups["body"].Value.Split('\n').Where(l => l.EndsWith("\\\\", StringComparison.Ordinal) && !l.Contains("multicolumn", StringComparison.Ordinal))];
                Assert.NotEmpty(rows);
                Assert.All(rows, r => Assert.Equal(columns - 1, Regex.Count(r, @"(?<!\\)&")));
                Assert.DoesNotMatch(@"(?m)^\s*[\[*]", table.Groups["body"].Value);
            }
        }
    }

    [Fact]
    public void Latex_escapes_every_character_that_it_would_obey() =>
        Assert.Equal("\\&\\%\\$\\#\\_\\{\\}\\textbackslash{}\\textasciitilde{}\\textasciicircum{}\\textless{}\\textgreater{}\\textbar{}{[}{]}{*} a",
            LatexText.Escape("&%$#_{}\\~^<>|[]*\na"));

    private static ITableExporter Exporter(string ending) => TableExporters[Array.IndexOf(Endings, ending)];
}
