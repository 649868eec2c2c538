using Postern.Native.Paths;
using static TorchSharp.torch;

namespace Postern.Native;

/// <summary>How libtorch computes on cards; it holds for the whole process, and changes nothing on the processor.</summary>
internal static class CardArithmetic
{
    /// <summary>
    /// Products and convolutions in whole float32, and the same bits from run to run, as far as libtorch has a switch for it.
    /// </summary>
    /// <returns>Whether convolutions give the same bits each time.</returns>
    public static bool Begin()
    {
        UseTf32(false);
        return TorchSwitches.UseDeterministicCudnn();
    }

    /// <summary>
    /// Whether products and convolutions may round their factors to TF32, of 10 bits; by itself libtorch lets cuDNN do so.
    /// </summary>
    public static void UseTf32(bool on)
    {
        backends.cuda.matmul.allow_tf32 = on;
        backends.cudnn.allow_tf32 = on;
    }
}
