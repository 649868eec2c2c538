using Postern.Configuration;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Probes;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

/// <summary>A study whose networks two probes have looked into: parts of every kind, with one seed and with two.</summary>
internal static class SampleFindings
{
    public const string Hostile = "<script>alert(1)</script>\" onload=x '";

    /// <summary>The sample study, with findings of its cells under BadNets.</summary>
    public static Study Write(TemporaryFolder folder, string runs)
    {
        Study study = SampleRuns.Study(folder);
        SampleRuns.Write(study, runs);
        foreach (Cell cell in study.Cells.Where(c => c.Attack.Name == "badnets"))
        {
            string place = new RunFolder(study, runs).Of(cell).Folder;
            double of = 0.1 * (cell.Seed + (cell.Model.Name == "vim" ? 3 : 1));
            foreach (string probe in new[] { "knock-outs", "memory" })
            {
                new ProbeRecord(cell.Id, probe, ProbeRecord.OptionsOf(new Choice(ProbeCatalog.All.Get(probe, probe))),
                    MeasuredWeights.Last, Finding(of, probe)).Write(place);
            }
            if (cell.Seed == 0)
                new ProbeTrack(cell.Id, "memory", new Dictionary<string, string> { ["every"] = "2" },
                    [new ProbedEpoch(2, Finding(of / 2, "memory").Numbers), new ProbedEpoch(4, Finding(of, "memory").Numbers)])
                    .Write(place);
        }
        return study;
    }

    /// <summary>A finding with a part of every kind.</summary>
    public static ProbeFinding Finding(double of, string probe) => new(
    [
        new("edge-cut-asr-change", "how edge-cut changes ASR", new Quantity(-of, -of - 0.05, -of + 0.05, ProbeUnit.Change)),
        new("half-life", $"Half-life at {Hostile}", Quantity.Of(10 * of, ProbeUnit.Tokens)),
        new("absent", "What could not be measured", Quantity.Of(double.NaN)),
    ])
    {
        Tables =
        [
            new($"What {probe} does", ["part", "ACC", "change"],
            [
                ["edge-cut", new Quantity(0.9, 0.8, 0.95, ProbeUnit.Share), new Quantity(-of, -0.6, 0, ProbeUnit.Change)],
                [Hostile, "–", "–"],
            ]) { Caption = "in percent" },
        ],
        Curves =
        [
            new("Moved state", "token", "difference", ProbeUnit.Plain,
            [
                ProbeSeries.Of("triggered", [.. Enumerable.Range(0, 17).Select(i => (double)i)],
                    [.. Enumerable.Range(0, 17).Select(i => new Quantity(Math.Sin(i * of), Math.Sin(i * of) - 0.1,
                        Math.Sin(i * of) + 0.1, ProbeUnit.Plain))]),
                new(Hostile, [0, 8, 16], [0.1, double.NaN, -0.4]),
            ]),
            new("Nothing", "token", "difference", ProbeUnit.Plain, []),
        ],
        Maps =
        [
            ProbeMap.Of("Who is heard", ProbeUnit.Share, 8, [.. Enumerable.Range(0, 64).Select(i => i * of / 64)]) with
            {
                Picture = ImageFile.EncodePng(new RgbImage(32, 32)),
                Caption = "over a triggered picture",
            },
            ProbeMap.Of("Restored", ProbeUnit.Difference, 65,
                [.. Enumerable.Range(0, 6 * 65).Select(i => i == 7 ? double.NaN : Math.Sin(i * of))]) with
            {
                IsDiverging = true,
                RowAxis = "block",
                ColumnAxis = "token",
            },
        ],
        Notes = [$"a note with {Hostile}"],
    };
}
