namespace Postern.Files;

/// <summary>
/// What this process was at work on belongs to another now, or its folder is gone: nothing more is written there.
/// </summary>
/// <param name="folder">The folder.</param>
public sealed class ClaimLostException(string folder) : Exception(
    $"{folder}: is not claimed by this process any more: it stood still for long, or the folder or its claim was deleted");
