using Postern.Tests.Native.Paths;
using Postern.Tests.Studies;

namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class GoldenFolderTests
{
    [Fact]
    public void A_folder_of_goldens_is_used_or_its_absence_is_told()
    {
        string? named = Environment.GetEnvironmentVariable("POSTERN_GOLDENS");
        if (string.IsNullOrEmpty(named) && GoldenFolder.Root is null)
            Assert.Skip("the shared folder has no goldens and POSTERN_GOLDENS names no folder");
        Assert.True(GoldenFolder.Root is not null, $"POSTERN_GOLDENS names {named}, which is not there");
        Assert.NotEmpty(GoldenFolder.Manifests(_ => true));
    }

    [Fact]
    [LongGroup("Golden")]
    public void Goldens_of_defences_pass_from_another_folder_and_fail_where_one_of_it_is_cut()
    {
        string source = Path.Combine(GoldenFolder.Root ?? "", "defences");
        if (!Directory.Exists(source)) Assert.Skip("there are no goldens of defences");
        using var folder = new TemporaryFolder();
        string copies = Directory.CreateDirectory(Path.Combine(folder.Path, "another", "place")).FullName;
        foreach (string file in Directory.EnumerateFiles(source)) File.Copy(file, Path.Combine(copies, Path.GetFileName(file)));
        (int code, string output) = Run();
        Assert.True(code == 0, output);
        string bounds = Path.Combine(copies, "clp_conv.safetensors");
        File.WriteAllBytes(bounds, File.ReadAllBytes(bounds)[..^8]);
        (code, output) = Run();
        Assert.NotEqual(0, code);
        Assert.Contains("Channels_with_a_large_bound_go", output, StringComparison.Ordinal);

        (int, string) Run() => TestProcess.Run(
            [.. new[] { "Detector", "Filter", "Repair", "ModelScan" }.SelectMany(c => new[]
            {
                "-class", $"Postern.Tests.Goldens.{c}GoldenTests",
            })],
            ("POSTERN_GOLDENS", folder.Path), ("POSTERN_SHARED", ""));
    }
}
