using System.Globalization;
using Postern.Evaluation;
using Postern.Reports;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public class TableTests(SampleFixture sample) : IClassFixture<SampleFixture>
{
    private const string Markdown = """
        # sample

        Two small models on drawn signs, three ways to poison them

        | dataset | attack | resnet-mini | vim |
        | --- | --- | ---: | ---: |
        | signs | none | 92.63 ± 0.18 / – (n=2) | 91.50 ± 0.35 / – (n=2) |
        | signs | badnets | 92.13 ± 0.18 / 68.59 ± 3.54 (n=2) | 92.25 / 61.09 (n=1 of 2, at epoch 3/4) |
        | signs | Blend \| 1 % | 91.63 ± 0.18 / 78.59 ± 3.54 (n=2) | 1 failed |

        ACC / ASR in percent; over several seeds mean ± standard deviation. An empty entry has not run; – means that there is nothing to measure.

        """;

    private const string Csv = """
        dataset,attack,defence,model,seeds,done,failed,unfinished,acc,acc_sd,acc_low,acc_high,acc_hits,acc_total,asr,asr_sd,asr_low,asr_high,asr_hits,asr_total,ra,ra_sd,ra_low,ra_high,ra_hits,ra_total,der,der_sd,der_seeds
        signs,none,none,resnet-mini,2,2,0,0,0.92625,0.001768,,,2223,2400,,,,,,,,,,,,,,,
        signs,none,none,vim,2,2,0,0,0.915,0.003536,,,2196,2400,,,,,,,,,,,,,,,
        signs,badnets,none,resnet-mini,2,2,0,0,0.92125,0.001768,,,2211,2400,0.685909,0.035355,,,1509,2200,0.204545,0.006428,,,450,2200,,,
        signs,badnets,none,vim,2,1,0,1,0.9225,,0.905988,0.936316,1107,1200,0.610909,,0.581759,0.639287,672,1100,0.254545,,0.229688,0.281111,280,1100,,,
        signs,Blend | 1 %,none,resnet-mini,2,2,0,0,0.91625,0.001768,,,2199,2400,0.785909,0.035355,,,1729,2200,0.222727,0.006428,,,490,2200,,,
        signs,Blend | 1 %,none,vim,2,0,1,0,,,,,,,,,,,,,,,,,,,,,

        """;

    [Theory]
    [InlineData("en-US")]
    [InlineData("de-DE")]
    public void Exports_are_as_approved_in_every_culture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            ResultTable table = StudySummary.Read(sample.Study, sample.RunsRoot).Table;
            Assert.Equal(Markdown, new MarkdownTable().Export(table));
            Assert.Equal(Csv, new CsvTable().Export(table));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_study_that_has_not_run_has_empty_entries()
    {
        using var folder = new TemporaryFolder();
        ResultTable table = StudySummary.Read(SampleRuns.Study(folder), folder.File("runs")).Table;
        Assert.All(table.Rows.SelectMany(r => r.Entries), entry => Assert.Equal("", entry.Text));
    }

    [Fact]
    public void Csv_quotes_what_would_break_a_line()
    {
        var table = new ResultTable("t", "", ["a,b"], [new ResultRow("say \"hi\"", "plain", "none", [ResultEntry.Of([])])]);
        Assert.Equal("\"say \"\"hi\"\"\",plain,none,\"a,b\",0,0,0,0,,,,,,,,,,,,,,,,,,,,,", new CsvTable().Export(table).Split('\n')[1]);
    }

    [Fact]
    public void A_mean_weighs_seeds_alike_and_its_spread_is_the_sample_deviation()
    {
        Measure measure = Measure.Of([new SeedShare(0, new Proportion(1, 10)), new SeedShare(1, new Proportion(30, 100)), new SeedShare(2, new Proportion(0, 0))])!;
        Assert.Equal(0.2, measure.Mean, 12);
        Assert.Equal(Math.Sqrt(0.02), measure.Sd!.Value, 12);
        Assert.Equal((31, 110), (measure.Hits, measure.Total));
        Assert.Null(Measure.Of([new SeedShare(0, new Proportion(0, 0))]));
    }
}
