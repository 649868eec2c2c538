using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>
/// The taps as a part of a network sees them: names begin with its own. Costs a test for null where nobody looks.
/// </summary>
/// <param name="Taps">The network's taps; null where nobody looks.</param>
/// <param name="Name">The part's name.</param>
internal readonly record struct NamedTaps(Taps? Taps, string Name)
{
    /// <summary>Whether somebody looks.</summary>
    public bool Any => Taps is not null;

    /// <summary>The taps of an inner part.</summary>
    public NamedTaps Within(string part) => Taps is null ? this : new(Taps, $"{Name}.{part}");

    /// <summary>Hands a value of this part to the taps; gives what to go on with.</summary>
    public Tensor Pass(string part, Tensor value) => Taps is null ? value : Taps.Pass($"{Name}.{part}", value);

    /// <summary>As <see cref="Pass(string, Tensor)"/> for a value that the official code lays out in another way.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="value">The value as it is here.</param>
    /// <param name="shown">Brings it into the official layout.</param>
    /// <param name="back">Undoes that.</param>
    public Tensor Pass(string part, Tensor value, Func<Tensor, Tensor> shown, Func<Tensor, Tensor> back)
    {
        if (Taps is null) return value;
        Tensor before = shown(value), after = Taps.Pass($"{Name}.{part}", before);
        return ReferenceEquals(before, after) ? value : back(after);
    }

    /// <summary>Shows a scan.</summary>
    public void Pass(string part, ScanReading scan) => Taps?.Pass($"{Name}.{part}", scan);
}
