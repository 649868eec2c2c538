namespace Postern.Native.Paths;

/// <summary>libtorch's convolutions by oneDNN, with what oneDNN itself found out about the processor.</summary>
internal sealed class OneDnnAsFound(bool cachesHidden) : ICandidate
{
    private readonly Lazy<bool> broken = new(() => cachesHidden || CacheRecord.IsBroken());

    public string Name => "onednn";

    public string Description => "oneDNN as it is";

    public string? Danger => broken.Value
        ? "oneDNN takes the caches of this processor, which hides them, for one byte each: it reads unwritten memory "
        + "or divides by zero"
        : null;

    public void Take() => OneDnn.Use(true);
}

/// <summary>
/// oneDNN, with the sizes of the caches put right in its record of the processor. Only where the processor hides them, and
/// believed only if the comparison passes afterwards.
/// </summary>
internal sealed class OneDnnCorrected(bool cachesHidden) : ICandidate
{
    // What servers have at least: first and second level of a core, and a core's share of the third.
    private static readonly uint[] sizes = [48 << 10, 1 << 20, 4 << 20];
    private bool corrected;

    public string Name => "onednn-corrected";

    public string Description => "oneDNN, its record of the caches put right in memory";

    public string? Unavailable => cachesHidden ? null : "this processor tells its caches; there is nothing to put right";

    public void Take()
    {
        OneDnn.Use(true);
        if (corrected) return;
        CacheRecord.FindBroken().Write(sizes);
        corrected = true;
    }
}

/// <summary>libtorch's own convolutions, by way of matrix products; right wherever those are, and several times slower.</summary>
internal sealed class OneDnnOff : ICandidate
{
    public string Name => "onednn-off";

    public string Description => "libtorch's own loops, oneDNN switched off";

    public string? Unavailable => TorchSwitches.Unavailable;

    public void Take() => OneDnn.Use(false);
}
