using System.Text;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Probes;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class ProbeRecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static readonly ProbeRecord Sample = new("cell-0123", "knock-outs",
        ProbeRecord.OptionsOf(new Choice(new KnockOutProbe())), MeasuredWeights.Average, new ProbeFinding(
        [
            new("asr", "ASR", new Quantity(0.5, 0.25, 0.75, ProbeUnit.Share)),
            new("lost", "what is none", Quantity.Of(double.NaN)),
        ])
        {
            Tables = [new("t", ["name", "number"], [["a", Quantity.Of(1)], ["b", "–"]]) { Caption = "c" }],
            Curves = [new("c", "token", "steps", ProbeUnit.Plain, [new("clean", [0, 1], [2, double.NaN])])],
            Maps = [ProbeMap.Of("m", ProbeUnit.Change, columns: 2, [1, 2, 3, double.NaN]) with
            {
                IsDiverging = true,
                Picture = ImageFile.EncodePng(new RgbImage(4, 4)),
                RowAxis = "block",
            }],
            Notes = ["a sentence"],
        });

    private string File => Path.Combine(folder.Path, "probes", "knock-outs.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_finding_is_the_same_from_its_file()
    {
        Sample.Write(folder.Path);
        ProbeRecord read = ProbeRecord.Read(folder.Path, "knock-outs")!;
        Assert.Equivalent(Sample, read, strict: true);
        Assert.Equal([read.Probe], ProbeRecord.ReadAll(folder.Path).Select(r => r.Probe));
        read.Write(folder.Path);
        byte[] once = System.IO.File.ReadAllBytes(File);
        Sample.Write(folder.Path);
        Assert.Equal(once, System.IO.File.ReadAllBytes(File));
        Assert.True(ImageFile.Load(read.PictureOf(folder.Path, 0)).Width > 4);
        // A finding with fewer maps leaves no picture of an earlier one.
        (read with { Finding = read.Finding with { Maps = [] } }).Write(folder.Path);
        Assert.False(System.IO.File.Exists(read.PictureOf(folder.Path, 0)));
    }

    [Fact]
    public void Where_no_probe_has_looked_there_is_nothing()
    {
        Assert.Null(ProbeRecord.Read(folder.Path, "knock-outs"));
        Assert.Empty(ProbeRecord.ReadAll(folder.Path));
    }

    [Fact]
    public void A_damaged_file_is_refused_in_a_line_that_names_it_and_says_what_to_do()
    {
        Sample.Write(folder.Path);
        string text = System.IO.File.ReadAllText(File);
        foreach (string damaged in new[]
        {
            "", "{", text.Replace("0.5", "0.6", StringComparison.Ordinal), text[..(text.Length / 2)],
            Unchecked(text).Replace("\"rows\": 2", "\"rows\": 7", StringComparison.Ordinal),
            Unchecked(text).Replace("\"share\"", "\"furlongs\"", StringComparison.Ordinal),
            Unchecked(text).Replace("\"probe\": \"knock-outs\"", "\"probe\": \"memory\"", StringComparison.Ordinal),
            Unchecked(text).Replace("\"numbers\"", "\"nimbers\"", StringComparison.Ordinal),
        })
        {
            System.IO.File.WriteAllText(File, damaged, new UTF8Encoding(false));
            string error = Assert.Throws<InputException>(() => ProbeRecord.Read(folder.Path, "knock-outs")).Message;
            Assert.StartsWith(File, error, StringComparison.Ordinal);
            Assert.Contains("delete the file", error, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error);
        }
    }

    [Fact]
    public void A_record_answers_what_asks_for_the_same_whenever_it_looks()
    {
        var probe = new KnockOutProbe();
        Choice Asked(params (string Key, string Value)[] options) => new(probe, options.ToDictionary(o => o.Key, o => o.Value));
        ProbeRecord record = Sample with { Options = ProbeRecord.OptionsOf(Asked(("pictures", "20"))) };
        Assert.True(record.Answers(Asked(("pictures", "20"), ("every", "5"))));
        Assert.False(record.Answers(Asked(("pictures", "21"))));
        Assert.Equal(["pictures 20"], record.Unusual);

        // With other options it is another file, and takes the place of nothing.
        Sample.Write(folder.Path);
        record.Write(folder.Path);
        Assert.Equal("knock-outs", Sample.Name);
        Assert.Matches("^knock-outs-[0-9a-f]{8}$", record.Name);
        Assert.Equal([Sample.Name, record.Name], ProbeRecord.NamesIn(folder.Path));
        Assert.Equal("20", ProbeRecord.Read(folder.Path, Asked(("pictures", "20")))!.Options["pictures"]);
        Assert.Equal("500", ProbeRecord.Read(folder.Path, Asked())!.Options["pictures"]);
        Assert.Null(ProbeRecord.Read(folder.Path, Asked(("pictures", "21"))));
    }

    /// <summary>The text without its checksum, as after a change by hand.</summary>
    private static string Unchecked(string text) =>
        text[..text.LastIndexOf(",\n  \"checksum\"", StringComparison.Ordinal)] + "\n}\n";
}
