namespace Postern.Defences.Transforms;

/// <summary>When a transform of inputs is used.</summary>
public enum TransformProtocol
{
    /// <summary>On every training picture, clean or poisoned, anew in each epoch; test pictures stay intact.</summary>
    Train,
    /// <summary>On the test pictures of ACC and ASR of a model that was trained without it.</summary>
    Test,
    /// <summary>On both.</summary>
    Both,
    /// <summary>
    /// On test pictures in several trials, to tell triggered ones by how often the prediction changes (Doan et al. 2023); ACC and
    /// ASR are the undefended model's.
    /// </summary>
    Detect,
}
