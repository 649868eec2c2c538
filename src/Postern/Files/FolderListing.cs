namespace Postern.Files;

/// <summary>What lies directly in a folder of a <see cref="FileTree"/>; all lists are sorted by code point.</summary>
/// <param name="Folder">The folder, as a name from the root; <c>""</c> for the root itself.</param>
/// <param name="Folders">Names of its folders, without their path.</param>
/// <param name="Files">Its files, as names from the root.</param>
/// <param name="Hidden">What is passed over by its name (<see cref="HiddenName"/>), as names from the root.</param>
/// <param name="Broken">Links to nothing, as names from the root.</param>
internal sealed record FolderListing(
    string Folder, IReadOnlyList<string> Folders, IReadOnlyList<string> Files, IReadOnlyList<string> Hidden,
    IReadOnlyList<string> Broken)
{
    /// <summary>The name from the root of something in <paramref name="folder"/>.</summary>
    internal static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
