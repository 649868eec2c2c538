using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native.Paths;

/// <summary>libtorch's use of oneDNN in this process.</summary>
internal static class OneDnn
{
    private static readonly Lazy<bool> started = new(() =>
    {
        // oneDNN looks at the processor when the first convolution runs. Sixteen channels fill its blocks, so there is no padding
        // to go wrong.
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        nn.functional.conv2d(ones(1, 16, 4, 4), ones(16, 16, 3, 3));
        return true;
    });

    /// <summary>Whether it is switched on; it is at first.</summary>
    public static bool IsOn { get; private set; } = true;

    /// <summary>Switches it on or off; its record of the processor exists afterwards.</summary>
    public static void Use(bool on)
    {
        if (on) _ = started.Value;
        if (TorchSwitches.Unavailable is null) TorchSwitches.UseOneDnn(on);
        IsOn = on;
    }
}
