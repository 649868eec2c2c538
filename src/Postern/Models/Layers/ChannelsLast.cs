using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// Maps whose channels of a pixel lie side by side, as a card's convolutions want them: cuDNN computes in that order where the
/// input has it, gives results of it, and what stands between convolutions keeps it. The numbers are the same.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>Pictures [B, C, H, W] as the network's device wants them; this processor's as they are.</summary>
    public static Tensor For(Tensor pictures) =>
        pictures.device_type == TorchSharp.DeviceType.CUDA ? Of(pictures) : pictures;

    /// <summary>The same numbers and shape [B, C, H, W] in that order; gradients go through.</summary>
    public static Tensor Of(Tensor maps) => maps.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
