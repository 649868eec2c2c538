using Postern.Imaging;

namespace Postern.Training.Input.Stages;

/// <summary>
/// The operations of RandAugment in timm's "increasing" set; how strong each is at a level is in
/// <c>docs/reference/models.md 7.1</c>.
/// </summary>
public enum AugmentOperation
{
    /// <summary><see cref="ToneCurves.AutoContrast"/>; no strength.</summary>
    AutoContrast,
    /// <summary><see cref="ToneCurves.Equalize"/>; no strength.</summary>
    Equalize,
    /// <summary><see cref="ToneCurves.Invert"/>; no strength.</summary>
    Invert,
    /// <summary>By up to 30 degrees either way.</summary>
    Rotate,
    /// <summary>To 4 bits, down to 0.</summary>
    Posterize,
    /// <summary>From the value 256, down to 0.</summary>
    Solarize,
    /// <summary>By up to 110.</summary>
    SolarizeAdd,
    /// <summary>Factor 1, up to 0.9 more or less.</summary>
    Color,
    /// <summary>Factor 1, up to 0.9 more or less.</summary>
    Contrast,
    /// <summary>Factor 1, up to 0.9 more or less.</summary>
    Brightness,
    /// <summary>Factor 1, up to 0.9 more or less.</summary>
    Sharpness,
    /// <summary>By up to 0.3 columns a row, either way.</summary>
    ShearX,
    /// <summary>By up to 0.3 rows a column, either way.</summary>
    ShearY,
    /// <summary>By up to 0.45 of the side, either way.</summary>
    TranslateX,
    /// <summary>By up to 0.45 of the side, either way.</summary>
    TranslateY,
}
