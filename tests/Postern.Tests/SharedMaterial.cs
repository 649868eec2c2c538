namespace Postern.Tests;

/// <summary>Material beside the repository: real images, goldens. Tests that need it skip where it is not there.</summary>
internal static class SharedMaterial
{
    /// <summary>
    /// The folder named by POSTERN_SHARED, else <c>shared</c> beside the repository root; null where there is none.
    /// </summary>
    public static string? Root { get; } = Find();

    /// <summary>The full path of a file or folder in <see cref="Root"/>; skips the running test where it is missing.</summary>
    public static string Require(string relativePath)
    {
        if (Root is null) Assert.Skip("no shared folder beside the repository; POSTERN_SHARED may name one");
        string path = Path.Combine(Root!, relativePath);
        if (!Path.Exists(path)) Assert.Skip($"{relativePath} is not in the shared folder");
        return path;
    }

    /// <summary>The folder that holds Postern.slnx.</summary>
    public static string RepositoryRoot { get; } = FindRepository()
        ?? throw new DirectoryNotFoundException("the tests run outside the repository");

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("POSTERN_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        string shared = Path.GetFullPath(Path.Combine(FindRepository() ?? ".", "..", "shared"));
        return Directory.Exists(shared) ? shared : null;
    }

    private static string? FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Postern.slnx"))) return folder.FullName;
        return null;
    }
}
