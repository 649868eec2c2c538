using System.Reflection;
using Xunit.v3;

namespace Postern.Tests;

/// <summary>
/// Marks tests that take long: faults put into running studies, whole programs in a terminal, trainings. They run where
/// <c>CI</c> is set and where they are asked for by name, so that <c>dotnet test</c> alone stays short.
/// </summary>
/// <param name="category">The value of their trait <c>Category</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class LongGroupAttribute(string category) : BeforeAfterTestAttribute, ITraitAttribute
{
    // Options of the test program that choose tests; with one of them, what it chose shall run.
    private static readonly string[] Choosing =
    [
        "-trait", "-class", "-method", "-namespace", "--filter-trait", "--filter-class", "--filter-method", "--filter-namespace",
        "--filter-query", "--filter-uid",
    ];

    private static readonly bool Wanted = Environment.GetEnvironmentVariable("CI") is { Length: > 0 }
        || Environment.GetCommandLineArgs().Any(a => Choosing.Contains(a.Split(' ', '=')[0]));

    /// <summary>The value of their trait <c>Category</c>.</summary>
    public string Category => category;

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", category)];

    /// <summary>Skips a test unless long groups are wanted.</summary>
    /// <param name="methodUnderTest">Its method.</param>
    /// <param name="test">The test.</param>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!Wanted) Assert.Skip($"takes long; --filter-trait Category={category} or CI=1 runs it");
    }
}
