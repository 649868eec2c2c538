namespace Postern.Tests;

/// <summary>
/// Groups of tests that take long: faults put into running studies, whole programs in a terminal, trainings. They run where
/// <c>CI</c> is set and where they are asked for by name, so that <c>dotnet test</c> alone stays short.
/// </summary>
internal static class LongGroup
{
    // Options of the test program that choose tests; with one of them, what it chose shall run.
    private static readonly string[] Choosing =
    [
        "-trait", "-class", "-method", "-namespace", "--filter-trait", "--filter-class", "--filter-method", "--filter-namespace",
        "--filter-query", "--filter-uid",
    ];

    /// <summary>Skips the running test unless long groups are wanted.</summary>
    /// <param name="category">The value of its trait <c>Category</c>.</param>
    public static void Require(string category)
    {
        bool wanted = Environment.GetEnvironmentVariable("CI") is { Length: > 0 }
            || Environment.GetCommandLineArgs().Any(a => Choosing.Contains(a.Split(' ', '=')[0]));
        if (!wanted) Assert.Skip($"takes long; --filter-trait Category={category} or CI=1 runs it");
    }
}
