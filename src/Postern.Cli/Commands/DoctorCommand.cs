using System.CommandLine;
using Postern.Cli.Json;
using Postern.Native;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern doctor</c>: what this machine offers, and the cure of what is wrong.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "folder of results, for the free disk", DefaultValueFactory = _ => "runs" };
        var json = new JsonOption();
        var command = new Command("doctor", "Look at everything that Postern needs from this machine.") { output, json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<Finding> findings = Doctor.Examine(parsed.GetValue(output)!);
            if (parsed.GetValue(json)) JsonOutput.Write(findings.Select(FindingListing.Of));
            else Print(findings);
            return findings.Any(f => f.Fatal) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void Print(IEnumerable<Finding> findings)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (Finding finding in findings)
        {
            string mark = finding.Cure is null ? "[green]ok[/]" : finding.Fatal ? "[red]wrong[/]" : "[yellow]note[/]";
            string text = Markup.Escape(finding.Value) + (finding.Cure is null ? "" : $"\n[bold]cure:[/] {Markup.Escape(finding.Cure)}");
            grid.AddRow(mark, $"[bold]{finding.Name}[/]", text);
        }
        AnsiConsole.Write(grid);
    }
}
