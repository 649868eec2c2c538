namespace Postern.Datasets.Drawn;

/// <summary>Digits and letters as strokes in sign coordinates (SVG path data), so that no font is needed.</summary>
internal static class SignGlyphs
{
    /// <summary>The first digit of a limit, left of the middle.</summary>
    internal const string Three =
        "M-.54 -.27C-.44 -.45 -.11 -.44 -.12 -.2C-.13 -.06 -.24 -.02 -.36 -.02C-.22 -.02 -.08 .06 -.1 .2C-.13 .45 -.48 "
            + ".44 -.56 .25";

    /// <inheritdoc cref="Three"/>
    internal const string Five = "M-.13 -.38H-.46L-.5 -.02C-.36 -.14 -.08 -.08 -.1 .16C-.12 .44 -.46 .44 -.56 .25";

    /// <inheritdoc cref="Three"/>
    internal const string Eight =
        "M-.34 -.03C-.58 -.05 -.56 -.38 -.34 -.38C-.12 -.38 -.1 -.05 -.34 -.03C-.62 -.01 -.6 .39 -.34 .39C-.08 .39 "
            + "-.06 -.01 -.34 -.03Z";

    /// <summary>The zero of a limit, right of the middle.</summary>
    internal const string Zero = "M.32 -.38C.04 -.38 .04 .39 .32 .39C.6 .39 .6 -.38 .32 -.38Z";

    /// <summary>The word of the stop sign.</summary>
    internal const string Stop =
        "M-.46 -.22C-.54 -.38 -.76 -.32 -.74 -.14C-.72 .04 -.46 -.02 -.46 .16C-.46 .36 -.72 .36 -.76 .2"
        + "M-.38 -.28H-.02M-.2 -.28V.31"
        + "M.2 -.29C.02 -.29 .02 .31 .2 .31C.38 .31 .38 -.29 .2 -.29Z"
        + "M.5 .31V-.28H.6C.84 -.28 .84 .06 .6 .06H.5";
}
