namespace Postern.Datasets.Drawn;

/// <summary>
/// How hard the drawn signs are to read: every disturbance's range in one place. Lengths are in shares of the picture's side
/// unless said otherwise; colours and light are in [0, 1].
/// </summary>
internal static class SignStrengths
{
    /// <summary>The sign's radius.</summary>
    internal const double SmallestRadius = 0.39, LargestRadius = 0.46;

    /// <summary>How far its middle strays from the picture's, each way.</summary>
    internal const double Shift = 0.03;

    /// <summary>Turn in the picture plane, degrees each way.</summary>
    internal const double Turn = 7;

    /// <summary>Narrowest a sign gets when seen from the side, as a share of its true width.</summary>
    internal const double Foreshortening = 0.8;

    /// <summary>Largest share by which the far edge shrinks (the homography's perspective terms).</summary>
    internal const double Perspective = 0.16;

    /// <summary>Fewest and most shapes of background clutter.</summary>
    internal const int FewestClutter = 2, MostClutter = 8;

    /// <summary>Probability that something hides a part of the sign, and the hiding shape's extent in sign radii.</summary>
    internal const double OcclusionProbability = 0.35, SmallestOcclusion = 0.15, LargestOcclusion = 0.36;

    /// <summary>Probability of a hard shadow edge across the picture, and how much light it takes at most.</summary>
    internal const double ShadowProbability = 0.3, DeepestShadow = 0.6;

    /// <summary>How far a sign's paint strays from its nominal colour, per channel.</summary>
    internal const double PaintSpread = 0.08;

    /// <summary>Exposure: factor on the light, as powers of two.</summary>
    internal const double DarkestExposure = -1.0, BrightestExposure = 0.6;

    /// <summary>Exponent of the light.</summary>
    internal const double SmallestGamma = 0.7, LargestGamma = 1.5;

    /// <summary>Largest tint, per channel.</summary>
    internal const double ColourCast = 0.18;

    /// <summary>Largest share of grey haze mixed in.</summary>
    internal const double Haze = 0.4;

    /// <summary>Widest Gaussian blur, standard deviation in pixels.</summary>
    internal const double WidestBlur = 1.0;

    /// <summary>Standard deviation of the sensor's noise.</summary>
    internal const double LeastNoise = 0.01, MostNoise = 0.05;
}
