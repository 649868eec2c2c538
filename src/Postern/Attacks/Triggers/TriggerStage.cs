namespace Postern.Attacks.Triggers;

/// <summary>Where a trigger enters the pipeline of cropped pictures.</summary>
public enum TriggerStage
{
    /// <summary>On the stored picture, before augmentation (the toolbox's order).</summary>
    Stored,
    /// <summary>On the model-sized picture after the geometric augmentation, so that a lattice lines up with patches.</summary>
    Cropped,
    /// <summary>
    /// <see cref="Cropped"/> where the model's input is cut out of a larger picture (ImageNet), else <see cref="Stored"/>.
    /// </summary>
    Auto,
}
