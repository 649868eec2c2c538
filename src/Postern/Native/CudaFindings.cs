using System.Globalization;
using Postern.Kernels;
using Postern.Native.Cuda;
using TorchSharp;

namespace Postern.Native;

/// <summary>
/// What <c>postern doctor</c> says of cards: driver, cards, whether the kernels' text is accepted, and what runs where.
/// </summary>
public static class CudaFindings
{
    private const string Off = "auto takes the processor";

    private static readonly Finding Unsteady = new("cudnn",
        "libtorch here has no switch for the same bits each time: convolutions of a card may differ in the last place from run to run");

    /// <summary>The findings of this machine.</summary>
    /// <param name="torchLoads">Whether libtorch loads, so that it can be asked.</param>
    public static IReadOnlyList<Finding> Examine(bool torchLoads) =>
        CudaDriver.Installed is CudaDriver driver
            ? Of(driver, torchLoads && torch.cuda_is_available())
            : [new("cuda", $"none: {CudaDriver.Absence}")];

    /// <summary>The findings of a driver.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="torchHasCuda">Whether libtorch can use cards.</param>
    internal static IReadOnlyList<Finding> Of(CudaDriver driver, bool torchHasCuda)
    {
        if (driver.Cards.Count == 0)
            return [new("cuda", $"{driver}, no card; {Off}")];
        return
        [
            new("cuda", $"{driver}; PTX for capability {GpuKernels.Capability} and later"),
            .. torchHasCuda && !CardArithmetic.Begin() ? new[] { Unsteady } : [],
            .. driver.Cards.Select(card => Card(driver, card, torchHasCuda)),
        ];
    }

    private static Finding Card(CudaDriver driver, CudaCard card, bool torchHasCuda)
    {
        string value = string.Create(CultureInfo.InvariantCulture,
            $"{card.Name}, {card.Memory / (double)(1L << 30):f1} GiB, capability {card.Capability}");
        Finding With(string more, string? cure) => new($"card {card.Index}", $"{value}; {more}", cure);
        if (card.Capability < GpuKernels.Capability)
            return With($"older than the kernels are for, {Off}", $"use a card of capability {GpuKernels.Capability} or later");
        try
        {
            _ = new CudaModule(driver, card.Index, GpuKernels.Ptx, GpuKernels.Block);
        }
        catch (InputException e)
        {
            return With($"kernels refused, {Off}", e.Message);
        }
        if (!torchHasCuda)
            return With($"kernels accepted; libtorch here is for the processor alone, {Off}",
                "docs/gpu.md says what a card needs");
        return CudaPass.IsRemembered(driver, card)
            ? With("kernels accepted and compared: auto takes the first such card", null)
            : With($"kernels accepted, not yet compared on this machine: {Off}", $"run '{CudaPass.Command(card.Index)}' once");
    }
}
