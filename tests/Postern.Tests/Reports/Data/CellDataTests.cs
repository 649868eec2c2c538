using System.Text.Json;
using Parquet;
using Postern.Cli;
using Postern.Reports.Data;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public sealed class CellDataTests(SampleFixture sample) : IClassFixture<SampleFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private CellTable Table => new CellData(SampleCatalogs.All).Of(RecordedCell.At(sample.RunsRoot, []));

    [Fact]
    public void A_row_is_a_cell_with_options_of_their_types_counts_paths_and_machine()
    {
        CellTable table = Table;
        Assert.Equal(sample.Study.Cells.Count - 1, table.Rows.Count);
        IReadOnlyDictionary<string, object?> row = table.Rows.Single(r => (string)r["id"]! == sample.Study.Cells[4].Id);
        CellResult result = new RunFolder(sample.Study, sample.RunsRoot).Of(sample.Study.Cells[4]).ReadResult()!;
        Assert.Equal(("sample", "done", "resnet-mini", "Blend | 1 %", 0L),
            (row["study"], row["state"], row["model"], row["attack_label"], row["seed"]));
        Assert.Equal((0.01m, 0.2m, 100, 4), (row["attack.poison_rate"], row["attack.alpha"], row["dataset.count"],
            row["train.epochs"]));
        Assert.Equal((result.Acc, result.AccCorrect, result.AsrHits, result.RaTotal),
            (row["acc"], row["acc_hits"], row["asr_hits"], row["ra_total"]));
        Assert.Equal(("Example CPU at 2.6 GHz", "2.10.0"), (row["machine.cpu"], row["versions.libtorch"]));
        Assert.True(File.Exists(Path.Combine((string)row["folder"]!, "result.json")));
        Assert.Equal("attack.poison_rate", table.Columns.First(c => c.Contains('.', StringComparison.Ordinal)));
        Assert.Equal(["done", "failed", "interrupted"], table.Of("state").Distinct().Order());
    }

    [Fact]
    public void Every_format_has_the_same_values_in_every_culture()
    {
        CellTable table = Table;
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            using JsonDocument json = JsonDocument.Parse(Written(table, "json"));
            string[] csv = System.Text.Encoding.UTF8.GetString(Written(table, "csv")).TrimEnd().Split('\n');
            Assert.Equal((table.Rows.Count, table.Rows.Count + 1), (json.RootElement.GetArrayLength(), csv.Length));
            Assert.Equal(table.Columns, json.RootElement[0].EnumerateObject().Select(p => p.Name));
            Assert.Equal(table.Columns, csv[0].Split(','));
            Assert.Equal(table.Of("acc"), json.RootElement.EnumerateArray().Select(r =>
                r.GetProperty("acc") is { ValueKind: JsonValueKind.Number } acc ? (object?)acc.GetDouble() : null));
            Assert.Contains(csv, l => l.Contains(",0.01,", StringComparison.Ordinal));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public async Task Parquet_columns_have_types_and_may_be_empty()
    {
        CellTable table = Table;
        using var stream = new MemoryStream(Written(table, "parquet"));
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current
            .CancellationToken);
        Dictionary<string, Type> types = reader.Schema.GetDataFields().ToDictionary(f => f.Name, f => f.ClrType);
        Assert.Equal(table.Columns, types.Keys);
        Assert.Equal((typeof(long), typeof(double), typeof(double), typeof(ReadOnlyMemory<char>), typeof(long)),
            (types["acc_hits"], types["acc"],
            types["attack.poison_rate"], types["attack"], types["seed"]));
    }

    [Fact]
    public void Several_studies_go_into_one_table_and_options_of_one_are_empty_for_the_other()
    {
        Study other = StudyFile.Read(folder.File("other.yaml", """
            datasets: [signs]
            models: [vim]
            attacks: [badnets]
            preset: quick
            """), SampleCatalogs.All, []);
        SampleRuns.WriteResult(other, folder.File("runs"), other.Cells[0], 900, 10, 1000);
        string cell = new RunFolder(other, folder.File("runs")).Of(other.Cells[0]).Folder;
        Assert.Empty(RecordedCell.At(cell, []));
        SampleRuns.Write(other, folder.File("runs"));
        CellTable both = new CellData(SampleCatalogs.All)
            .Of([.. RecordedCell.At(cell, []), .. RecordedCell.At(sample.RunsRoot, [])]);
        Assert.Equal(["other", "sample"], both.Of("study").Distinct());
        Assert.Contains("attack.alpha", both.Columns);
        Assert.Null(both.Rows[0].GetValueOrDefault("attack.alpha"));
    }

    [Fact]
    public void The_command_takes_folders_and_tells_of_what_holds_nothing()
    {
        using var errors = new StringWriter();
        string file = folder.File("cells.parquet");
        Assert.Equal(0, Program.Run(["results", sample.RunsRoot, "--out", file], errors));
        Assert.Equal("PAR1", System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(file)[..4]));
        Assert.Equal(2, Program.Run(["results", folder.Path], errors));
        Assert.Equal(2, Program.Run(["results", folder.File("nowhere")], errors));
        Assert.Equal(2, Program.Run(["results", sample.RunsRoot, "--format", "parquet"], errors));
        string[] lines = errors.ToString().TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("holds no cells", lines[0], StringComparison.Ordinal);
        Assert.Contains("name a file with --out", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_has_its_options_with_their_types()
    {
        string path = new RunFolder(sample.Study, sample.RunsRoot).Of(sample.Study.Cells[4]).ResultPath;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement options = json.RootElement.GetProperty("options");
        Assert.Equal(0.01, options.GetProperty("attack").GetProperty("poison_rate").GetDouble());
        Assert.Equal((4, JsonValueKind.Array), (options.GetProperty("train").GetProperty("epochs").GetInt32(),
            options.GetProperty("train").GetProperty("milestones").ValueKind));
    }

    private static byte[] Written(CellTable table, string format)
    {
        using var stream = new MemoryStream();
        CellTableWriters.All.Single(w => w.Name == format).Write(table, stream);
        return stream.ToArray();
    }
}
