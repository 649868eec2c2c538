using System.Reflection;

namespace Postern.Tests.Goldens;

/// <summary>No golden lies about unread.</summary>
[Trait("Category", "Golden")]
public class GoldenKindTests
{
    [Fact]
    public void Every_golden_is_read_by_a_test()
    {
        if (GoldenFolder.Root is null) Assert.Skip("there are no goldens");
        HashSet<string> read = [.. ReadByTests()];
        Assert.Empty(GoldenFolder.Manifests(_ => true).Where(m => !read.Contains(m)).Select(Described));
    }

    private static string Described(string manifest) => $"{manifest} ({GoldenFolder.KindOf(GoldenFile.Open(manifest).Manifest)})";

    /// <summary>The manifests that the theories beside this class are given.</summary>
    private static IEnumerable<string> ReadByTests() =>
        from type in typeof(GoldenKindTests).Assembly.GetTypes()
        where type.Namespace == typeof(GoldenKindTests).Namespace
        from test in type.GetMethods()
        from data in test.GetCustomAttributes<MemberDataAttribute>()
        from row in (IEnumerable<ITheoryDataRow>)type.GetMethod(data.MemberName)!.Invoke(null, null)!
        select row.GetData()[0] as string;
}
