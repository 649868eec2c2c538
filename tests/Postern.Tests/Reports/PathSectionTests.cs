using Postern.Reports.Charts;
using Postern.Reports.Page;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class PathSectionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_network_is_a_line_of_measured_epochs_means_over_seeds()
    {
        Study study = SampleRuns.Study(folder, """
            datasets: [signs]
            models: [vim, resnet-mini]
            attacks: [none, badnets, blend]
            seeds: [0, 1]
            preset: quick
            train: {epochs: 2}
            """);
        string runs = folder.File("runs");
        foreach (Cell cell in study.Cells.Where(c => c.Attack.Name != "blend" || c.Model.Name == "vim"))
        {
            CellDirectory directory = new RunFolder(study, runs).Of(cell);
            directory.Start();
            double? Asr(double value) => cell.Attack.Name == "none" ? null : value + 0.2 * cell.Seed;
            foreach ((int epoch, double acc, double asr) in new[] { (1, 0.5, 0.1), (2, 0.75, 0.6) })
                directory.AppendMetrics(
                    new EpochMetrics(epoch, epoch, 1, 0.1, acc + 0.02 * cell.Seed, Asr(asr), null, 1, 0, 1));
        }
        IReadOnlyList<CellGroup> groups = CellGroup.Of(StudySummary.Read(new RunFolder(study, runs)).Cells);
        // None has no ASR, and Blend one network.
        ReportFigure figure = Assert.Single(PathSection.Figures(groups));
        Assert.Equal("asr-over-acc_signs_badnets", figure.Name);
        string drawing = figure.Drawing.ToString();
        Assert.Contains("vim ACC 76.00, ASR 70.00 after epoch 2; resnet-mini ACC 76.00", drawing, StringComparison.Ordinal);
        Assert.Contains("vim ACC 51.00, ASR 20.00 after epoch 1", drawing, StringComparison.Ordinal);
        Assert.Contains("<h2>ASR at equal accuracy</h2>", PathSection.Of(groups).ToString(), StringComparison.Ordinal);
        Assert.Equal("", PathSection.Of([.. groups.Where(g => g.Model == "vim")]).ToString());
    }
}
