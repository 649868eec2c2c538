using System.Text;
using System.Text.RegularExpressions;
using Postern.Imaging;
using Postern.Models.Checkpoints;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Imaging;
using Postern.Tests.Models;
using Postern.Tests.Reports;
using Postern.Tests.Studies;

namespace Postern.Tests.Fuzzing;

/// <summary>Everything that reads a file from outside, but for datasets (<see cref="FuzzedDatasets"/>).</summary>
internal static partial class FuzzTargets
{
    [GeneratedRegex(""",\n  "checksum": "[0-9a-f]*"|,"check":"[0-9a-f]*"|"postern_checksum": ?"[0-9a-f]*",?""")]
    private static partial Regex Checksum { get; }

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("study files", LayStudies, (_, path) => StudyFile.Read(path, ShippedCatalogs.All, [], planOnly: true)),
        new("published values", f => [Copy(f, "paper/published.yaml")], (_, path) => PublishedValues.Read(path)),
        new("records", LayRecords, ReadRecords) { WithoutChecksum = TakeOut },
        new("pictures", LayPictures, (_, path) => ImageFile.Load(path)),
        new("safetensors", f => [Put(f, "a.safetensors", Tensors(f))], (_, path) => Open(path)) { WithoutChecksum = TakeOut },
        new("pth", f => [Put(f, "zip.pth", TorchBytes.SmallZip), Put(f, "wide.pth", TorchBytes.Wide(TorchBytes.SmallZip)),
            Put(f, "legacy.pth", TorchBytes.SmallLegacy)], (_, path) => Open(path)),
        .. FuzzedDatasets.All,
    ];

    /// <summary>Puts a file into a folder.</summary>
    public static string Put(TemporaryFolder folder, string name, byte[] content)
    {
        string path = folder.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Copy(TemporaryFolder folder, string study) =>
        Put(folder, study, File.ReadAllBytes(Path.Combine(SharedMaterial.RepositoryRoot, "studies", study)));

    private static string[] LayStudies(TemporaryFolder folder)
    {
        // Table 1 names it.
        Copy(folder, "paper/published.yaml");
        return [.. new[] { "quickstart.yaml", "paper/table1.yaml", "defences/mini-gtsrb.yaml" }.Select(s => Copy(folder, s))];
    }

    private static byte[] TakeOut(byte[] file) => Encoding.Latin1.GetBytes(Checksum.Replace(Encoding.Latin1.GetString(file), ""));

    private static byte[] Tensors(TemporaryFolder folder)
    {
        using TorchSharp.torch.Tensor a = TorchSharp.torch.arange(24.0).reshape(2, 3, 4), b = TorchSharp.torch.ones(5);
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, [new("a.weight", a), new("b.bias", b)], new Dictionary<string, string> { ["epoch"] = "3" });
        return stream.ToArray();
    }

    private static void Open(string path)
    {
        using var opened = Checkpoint.Open(path);
    }

    private static string[] LayPictures(TemporaryFolder folder)
    {
        RgbImage noise = ImageFileTests.Noise(37, 23, seed: 5);
        byte[] ppm = [.. Encoding.ASCII.GetBytes("P6\n4 3\n255\n"), .. Enumerable.Range(0, 36).Select(i => (byte)i)];
        // Of one red pixel each.
        byte[] gif =
            Convert.FromHexString("47494638396101000100800000FF000000000021F90400000000002C00000000010001000002024401003B");
        byte[] bmp = Convert.FromHexString(
            "424D3A000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000"
            + "0000000000000000FF00");
        return [Put(folder, "a.png", ImageFile.EncodePng(noise)), Put(folder, "b.jpg", ImageFile.EncodeJpeg(noise, 80)),
            Put(folder, "c.ppm", ppm), Put(folder, "d.gif", gif), Put(folder, "e.bmp", bmp)];
    }

    private static string[] LayRecords(TemporaryFolder folder)
    {
        Study study = SampleRuns.Study(folder);
        SampleRuns.Write(study, folder.File("runs"));
        CellDirectory directory = new RunFolder(study, folder.File("runs")).Of(study.Cells[2]);
        return [.. Directory.EnumerateFiles(directory.Folder).Where(f => !f.EndsWith(".png", StringComparison.Ordinal)),
            Put(folder, Path.GetRelativePath(folder.Path, Path.Combine(directory.Folder, ".claim-1")),
                ClaimRecord.Own("t").Bytes()),
            folder.File("sample.yaml")];
    }

    private static void ReadRecords(TemporaryFolder folder, string path)
    {
        Study study = StudyFile.Read(folder.File("sample.yaml"), SampleCatalogs.All, []);
        var run = new RunFolder(study, folder.File("runs"));
        foreach (Cell cell in study.Cells) CellReport.Read(run, cell);
        // The reports above say what is wrong with a record; each reader by itself refuses it.
        RecordedCell.At(run.Path, []);
        CellDirectory directory = run.Of(study.Cells[Math.Min(2, study.Cells.Count - 1)]);
        if (path.Contains("tfevents", StringComparison.Ordinal)) directory.TruncateMetrics(directory.ReadMetrics().Count);
        directory.ReadPlan();
        directory.ReadProfile();
        directory.ReadFilter();
        directory.ReadRepair();
        FolderClaim.IsHeld(directory.Folder);
    }
}
