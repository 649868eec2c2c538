using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native;
using Postern.Native.Paths;

namespace Postern.Studies;

/// <summary>
/// The records that a cell has from its beginning: what it is and where it runs, who is poisoned, and what that looks like.
/// </summary>
internal static class CellOpening
{
    private const int PreviewCount = 3;

    /// <summary>Writes them, or checks that an interrupted cell is still the same.</summary>
    /// <param name="open">The cell.</param>
    /// <param name="notes">What may surprise about its training, a sentence each.</param>
    /// <exception cref="InputException">It was begun on other data, or the folder cannot be written to.</exception>
    public static void Write(OpenCell open, IReadOnlyList<string> notes)
    {
        (CellDirectory directory, Dataset dataset) = (open.Directory, open.Dataset);
        IReadOnlyDictionary<string, string> paths = SelfCheck.Chosen(open.Settings.Precision == Precision.BFloat16);
        if (directory.ReadDescription() is CellDescription earlier)
        {
            switch (DataComparison.Of(earlier, dataset))
            {
                case DataAgreement.None:
                    throw new InputException(directory.Folder,
                        $"was begun on other data than {dataset.Name} is now; delete the folder or choose another with --out");
                case DataAgreement.NamesOnly:
                    earlier = DataComparison.Renewed(earlier, dataset);
                    directory.WriteDescription(earlier);
                    open.Run.Tell(new Noted(open.Cell.Id, earlier.Notes[^1]));
                    break;
            }
            CheckPlan(open);
            if (earlier.Paths.Count > 0 && !Same(earlier.Paths, paths)) directory.WriteDescription(Moved(earlier, paths));
            return;
        }
        if (open.Plan.Warning is string warning) open.Run.Tell(new Warned(open.Cell.Id, warning));
        directory.WritePlan(PlanRecord.Of(open.Plan, dataset.Train.Labels));
        if (open.Attack is { TriggeredPictures: null })
        {
            var preview = AttackPreview.Of(open.Attack, dataset.Test, PreviewCount, dataset.InputSize);
            ImageFile.SavePng(directory.PreviewPath, preview.Sheet);
        }
        directory.WriteDescription(Describe(open, notes, paths));
    }

    /// <summary>Sees to it that the plan on disk is the one that the attack makes, which also replaces what is damaged.</summary>
    private static void CheckPlan(OpenCell open)
    {
        CellDirectory directory = open.Directory;
        PlanRecord wanted = PlanRecord.Of(open.Plan, open.Dataset.Train.Labels);
        string? wrong = null;
        try
        {
            if (directory.ReadPlan() is not PlanRecord there) wrong = $"{directory.PlanPath}: is missing";
            else if (Text(there) != Text(wanted))
            {
                throw new InputException(directory.Folder,
                    "was begun with other poisoned samples (plan.json) than its attack chooses now; "
                        + "delete the folder to run it anew");
            }
        }
        catch (InputException e) when (e.Message.StartsWith(directory.PlanPath, StringComparison.Ordinal))
        {
            wrong = e.Message;
        }
        if (wrong is null) return;
        directory.WritePlan(wanted);
        open.Run.Tell(new Warned(open.Cell.Id, $"{wrong}; it is made again, which gives the same samples"));

        static string Text(PlanRecord plan) => JsonSerializer.Serialize(plan, RecordFormat.Line);
    }

    private static CellDescription Describe(
        OpenCell open, IReadOnlyList<string> notes, IReadOnlyDictionary<string, string> paths)
    {
        (Cell cell, Dataset dataset, Study study) = (open.Cell, open.Dataset, open.Run.Folder.Study);
        return new CellDescription
        {
            Id = cell.Id,
            Study = study.Name,
            Dataset = ChoiceRecord.Of(cell.Dataset, cell.DatasetLabel),
            Model = ChoiceRecord.Of(cell.Model, cell.ModelLabel),
            Attack = ChoiceRecord.Of(cell.Attack, cell.AttackLabel),
            Defence = ChoiceRecord.Of(cell.Defence, cell.DefenceLabel),
            Training = ChoiceRecord.Of(cell.Training),
            Seed = cell.Seed,
            PoisonSeed = cell.PoisonSeed,
            Pretraining = study.Work.Of(cell).Pretraining?.Id,
            TrainedBy = study.Work.Of(cell).TrainedBy?.Id,
            TrainFingerprint = dataset.Train.Fingerprint,
            TestFingerprint = dataset.Test.Fingerprint,
            Layout = dataset.Layout,
            TrainCount = dataset.Train.Count,
            TestCount = dataset.Test.Count,
            ClassNames = dataset.Train.ClassNames,
            Input = new ModelInput(dataset.InputSize, dataset.Mean, dataset.Std),
            TargetClass = open.Attack?.TargetClass,
            TriggerSha256 = TriggerSha256(cell) ?? open.Attack?.TriggerSha256,
            Acceptance = open.Attack?.Acceptance ?? [],
            Notes = notes,
            Versions = Versions(),
            Hardware = Hardware(open),
            Paths = paths,
            CreatedUtc = DateTimeOffset.UtcNow,
        };
    }

    private static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out string? other) && other == p.Value);

    /// <summary>The description of a cell that goes on with other paths than it was begun with, as on another machine.</summary>
    private static CellDescription Moved(CellDescription earlier, IReadOnlyDictionary<string, string> paths)
    {
        string before = string.Join(", ", earlier.Paths.Except(paths).Select(p => $"{p.Key} {p.Value}"));
        return earlier with { Paths = paths, Notes = [.. earlier.Notes, $"begun with {before}, continued with other paths"] };
    }

    private static Dictionary<string, string> Versions() => new()
    {
        ["postern"] = Machine.PosternVersion,
        ["torchsharp"] = Machine.TorchSharpVersion,
        ["libtorch"] = Machine.LibTorchVersion,
        ["dotnet"] = Environment.Version.ToString(),
    };

    private static Dictionary<string, string> Hardware(OpenCell open) => new()
    {
        ["cpu"] = Machine.Processor,
        ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["threads"] = open.Run.Threads.Threads.ToString(CultureInfo.InvariantCulture),
        ["instructions"] = string.Join(" ", Machine.InstructionSets),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{Machine.Memory.Total / (double)(1L << 30):f1} GiB"),
        ["device"] = open.Run.Device.Name,
        ["precision"] = open.Settings.Precision.Word(),
        ["os"] = RuntimeInformation.OSDescription,
    };

    /// <summary>SHA-256 of the trigger file that the study names; null for a drawn trigger.</summary>
    private static string? TriggerSha256(Cell cell) => cell.Attack.Values.GetValueOrDefault("trigger") is { Length: > 0 } file
        ? Convert.ToHexStringLower(SHA256.HashData(PlainFile.ReadAllBytes(file)))
        : null;
}
