using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Postern.Reports.Page;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Benchmarks;

/// <summary>
/// What a report costs by the number of cells: one small cell is trained, the others get its records under their own ids, and a
/// process of its own reads them all and writes the page.
/// </summary>
internal static class LargeStudy
{
    private static readonly int[] Sizes = [10, 100, 1000];

    /// <summary>The command that measures.</summary>
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Processes for each number.", DefaultValueFactory = _ => 3 };
        var command = new Command("large", "What a report of 10, 100 and 1,000 cells costs.") { rounds };
        command.SetAction(parsed =>
        {
            foreach (int cells in Sizes)
            {
                string folder = Directory.CreateTempSubdirectory("large-").FullName;
                try
                {
                    string file = Write(folder, cells);
                    JsonElement[] said =
                        [.. Enumerable.Range(0, parsed.GetValue(rounds)).Select(_ => OwnProcess.Run(["large-once", file]))];
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{cells} cells: records read in {Median("read"):f2} s ({Median("read_cpu"):f2} s of processor time), "
                        + $"report written in {Median("report"):f2} s, page {Median("page_bytes") / 1e6:f1} MB"));

                    double Median(string name) => said.Select(s => s.GetProperty(name).GetDouble()).Order()
                        .ElementAt(said.Length / 2);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        });
        return command;
    }

    /// <summary>The hidden command of the process that is measured.</summary>
    public static Command CreateOnce()
    {
        var file = new Argument<string>("study");
        var command = new Command("large-once", "Reads a study's records, writes its report and prints both times.") { file };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            RunFolder run = Open(parsed.GetValue(file)!);
            using var process = Process.GetCurrentProcess();
            double before = Cpu(process);
            var clock = Stopwatch.StartNew();
            IReadOnlyList<CellReport> cells = StudySummary.Read(run).Cells;
            (double read, double cpu) = (clock.Elapsed.TotalSeconds, Cpu(process) - before);
            int done = cells.Count(c => c.Result is not null);
            if (done != run.Study.Cells.Count) throw new InputException(run.Path, $"only {done} cells have a result");
            clock.Restart();
            string page = HtmlReport.Write(run);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                read,
                read_cpu = cpu,
                report = clock.Elapsed.TotalSeconds,
                page_bytes = new FileInfo(page).Length,
            }));
        });
        return command;
    }

    private static double Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static string Write(string folder, int cells)
    {
        string file = Path.Combine(folder, "large.yaml");
        File.WriteAllText(file, $$"""
            name: large
            datasets: [{name: signs, train: 64, test: 32}]
            models: [resnet-mini]
            attacks: [{name: badnets, poison_rate: 0.1}]
            seeds: [{{string.Join(", ", Enumerable.Range(0, cells))}}]
            preset: quick
            train: {epochs: 10}
            """);
        RunFolder run = Open(file);
        Cell first = run.Study.Cells[0];
        RunSummary trained = new StudyRunner(run with { Study = run.Study with { Cells = [first] } }, threads: 1, _ => { })
            .Run(CancellationToken.None);
        if (trained.Done != 1) throw new InputException(file, "its first cell does not train here");
        CellDirectory from = run.Of(first);
        foreach (Cell cell in run.Study.Cells.Skip(1))
        {
            CellDirectory to = run.Of(cell);
            Directory.CreateDirectory(to.Folder);
            to.WriteDescription(from.ReadDescription()! with { Id = cell.Id, Seed = cell.Seed });
            to.WriteResult(from.ReadResult()! with { Id = cell.Id });
            foreach (string name in new[] { from.MetricsPath, from.PreviewPath })
                File.Copy(name, Path.Combine(to.Folder, Path.GetFileName(name)));
        }
        return file;
    }

    private static RunFolder Open(string file) =>
        new(StudyFile.Read(file, ShippedCatalogs.All, []), Path.Combine(Path.GetDirectoryName(file)!, "runs"));
}
