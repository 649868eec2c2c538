namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class UnimplementedGoldenTests
{
    private static readonly string[] Implemented =
    [
        "clb", "pgd", "dynamic_forward", "dynamic_losses", "issba_forward",
        "selective_scan", "vim", "deit", "mambaout", "resnet18_toolbox", "resnet18_toolbox_narrow", "resnet18_torchvision",
        "keys:vim", "keys:deit", "keys:mambaout", "keys:resnet18_toolbox", "keys:resnet18_torchvision", "checkpoints", "images", "imagenet_marks", "badnets", "blend", "ours",
        "sig", "tact", "wanet", "adaptive_patch", "adaptive_blend", "refool", "patch_defences",
    ];

    [Fact]
    public void Every_golden_kind_has_a_test()
    {
        string[] unknown = [.. GoldenFolder.Manifests(kind => !Implemented.Contains(kind))
            .Select(m => $"{m} ({GoldenFolder.KindOf(GoldenFile.Open(m).Manifest)})")];
        if (unknown.Length > 0) Assert.Skip($"no test knows these goldens: {string.Join(", ", unknown)}");
    }
}
