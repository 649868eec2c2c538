using System.Xml.Linq;
using Postern.Reports.Charts;
using Postern.Reports.Page;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class DrawingTests(WideSample wide) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private IReadOnlyList<CellGroup> Groups => CellGroup.Of(StudySummary.Read(new RunFolder(wide.Study, wide.RunsRoot)).Cells);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_drawing_is_a_file_that_stands_by_itself()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(wide.Report, "figures")).Order(StringComparer.Ordinal)];
        Assert.Equal(
        [
            "asr-over-acc_signs_badnets-0.3.svg", "asr-over-acc_signs_badnets-1.svg", "asr-over-acc_signs_badnets-10.svg",
            "asr-over-acc_signs_blend-faint.svg", "asr-over-acc_signs_blend.svg",
            "curves_acc_signs_resnet-mini.svg", "curves_acc_signs_vim-mini.svg", "curves_asr_signs_resnet-mini.svg",
            "curves_asr_signs_vim-mini.svg",
            "curves_training-loss_signs_resnet-mini.svg", "curves_training-loss_signs_vim-mini.svg", "heat-map_acc_signs.svg",
            "heat-map_asr_signs.svg", "sweep_alpha_acc_signs.svg",
            "sweep_alpha_asr_signs.svg",
            "sweep_poison-rate_acc_signs.svg", "sweep_poison-rate_asr_signs.svg",
        ], files.Select(f => Path.GetFileName(f)));
        foreach (string file in files)
        {
            XElement svg = XDocument.Load(file).Root!;
            Assert.Equal(XName.Get("svg", "http://www.w3.org/2000/svg"), svg.Name);
            string style = svg.Element(XName.Get("style", "http://www.w3.org/2000/svg"))!.Value;
            Assert.Contains("svg .acc { color: #0068a8; }", style, StringComparison.Ordinal);
            Assert.DoesNotMatch("var\\(|light-dark", style);
            Assert.DoesNotContain("<a ", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Attacks_that_differ_in_one_number_are_a_sweep_with_a_line_for_each_model_and_defence()
    {
        IReadOnlyList<Sweep> sweeps = Sweep.Among(Groups);
        Assert.Equal([("signs", "alpha"), ("signs", "poison_rate")], sweeps.Select(s => (s.Dataset, s.Option)));
        Assert.Equal(["resnet-mini · badnets · PatchDrop detects", "resnet-mini · badnets",
            "vim-mini · badnets · PatchDrop detects", "vim-mini · badnets"],
            sweeps[1].Lines.Select(sweeps[1].NameOf));
        Assert.All(sweeps[1].Lines, line => Assert.Equal([0.003, 0.01, 0.1], line.Points.Select(p => p.Value)));
    }

    [Fact]
    public void Lines_of_one_model_and_attack_are_told_apart_by_what_else_differs()
    {
        Study study = SampleRuns.Study(folder, """
            datasets: [signs]
            models: [vim]
            attacks:
              - {name: blend, alpha: 0.1, poison_rate: 0.01, label: a}
              - {name: blend, alpha: 0.1, poison_rate: 0.05, label: b}
              - {name: blend, alpha: 0.3, poison_rate: 0.01, label: c}
              - {name: blend, alpha: 0.3, poison_rate: 0.05, label: d}
            preset: quick
            """);
        foreach (Cell cell in study.Cells) SampleRuns.WriteResult(study, folder.File("grid"), cell, 90, 50, 100);
        IReadOnlyList<Sweep> sweeps =
            Sweep.Among(CellGroup.Of(StudySummary.Read(new RunFolder(study, folder.File("grid"))).Cells));
        Assert.Equal(["vim · blend · poison_rate 0.01", "vim · blend · poison_rate 0.05"],
            sweeps[0].Lines.Select(sweeps[0].NameOf));
        Assert.Equal(["vim · blend · alpha 0.1", "vim · blend · alpha 0.3"], sweeps[1].Lines.Select(sweeps[1].NameOf));
    }

    [Fact]
    public void A_study_without_results_has_no_drawings() =>
        Assert.Empty(HtmlReport.Figures(StudySummary.Read(new RunFolder(wide.Study, folder.File("elsewhere")))));

    [Fact]
    public void A_line_looks_the_same_in_every_chart_also_where_the_clean_row_has_no_value()
    {
        ReportFigure[] curves = [.. CurveSection.Figures(Groups)
            .Where(f => f.Name.EndsWith("resnet-mini", StringComparison.Ordinal))];
        Assert.Equal(3, curves.Length);
        Assert
            .All(curves,
                c =>
                    Assert.Matches(
                        "<g class=\"c1 d1\"><path class=\"line\" d=\"[^\"]*\"/><path "
                            + "class=\"mark\"[^>]*/></g><text[^>]*>BadNets 0.3 %<", c.Drawing.ToString()));
        Assert.Contains(">none<", curves[1].Drawing.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(">none<", curves[2].Drawing.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 8.0, 16, 30 }, false, new[] { 8.0, 16, 30 })]
    [InlineData(new[] { 0.001, 0.003, 0.1 }, true, new[] { 0.001, 0.003, 0.1 })]
    [InlineData(new[] { 0.0, 0.01, 1 }, false, new[] { 0.0, 1 })]
    public void Values_that_were_tried_get_ticks_where_there_is_room(double[] values, bool log, double[] ticks)
    {
        ChartAxis axis = ChartAxis.Over(values, "x");
        Assert.Equal(log, axis.Log);
        Assert.Equal(ticks, axis.Ticks);
        Assert.Equal((0, 1), (axis.At(values[0]), axis.At(values[^1])));
    }
}
