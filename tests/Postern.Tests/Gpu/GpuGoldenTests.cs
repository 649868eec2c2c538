using Postern.Tests.Goldens;

namespace Postern.Tests.Gpu;

/// <summary>The goldens of scans and of Vims through driver calls and emulated kernels, in memory full of NaN.</summary>
[LongGroup("Gpu")]
[Collection(EmulatedCard.Collection)]
public class GpuGoldenTests
{
    public static TheoryData<string> Scans() => [.. GoldenFolder.Manifests(kind => kind == "selective_scan")];

    public static TheoryData<string> Controls() => [.. GoldenFolder.Manifests(kind => kind == "control_variant")];

    public static TheoryData<string> Models() => [.. GoldenFolder.Manifests(kind => kind == "vim")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Scans))]
    public void A_scan_equals_the_reference_in_values_and_every_gradient(string manifest) =>
        ScanGoldenTests.Compare(manifest, EmulatedCard.Ops.Scan);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Controls))]
    public void Controls_equal_the_reference_in_values_and_every_gradient(string manifest) =>
        ControlGoldenTests.Compare(manifest, EmulatedCard.Ops);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void A_vim_equals_the_official_code_in_activations_loss_and_gradients(string manifest) =>
        ModelGoldenTests.Compare(manifest, EmulatedCard.Ops);
}
