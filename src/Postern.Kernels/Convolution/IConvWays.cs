namespace Postern.Kernels;

/// <summary>How many directions a convolution has, as a type: the loops of one direction have no trace of the other.</summary>
internal interface IConvWays
{
    /// <summary>Whether there is a second direction, which looks ahead.</summary>
    static abstract bool Both { get; }
}

/// <summary>One direction.</summary>
internal readonly struct OneWay : IConvWays
{
    /// <inheritdoc/>
    public static bool Both => false;
}

/// <summary>Two directions.</summary>
internal readonly struct BothWays : IConvWays
{
    /// <inheritdoc/>
    public static bool Both => true;
}
