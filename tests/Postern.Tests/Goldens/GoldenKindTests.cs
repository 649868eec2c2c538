using System.Reflection;

namespace Postern.Tests.Goldens;

/// <summary>No golden lies about unread: a test takes it, or its kind waits by name for the code that will.</summary>
[Trait("Category", "Golden")]
public class GoldenKindTests
{
    private const string Defence = "docs/reference/defences.md: the defence is not part of the program yet";

    /// <summary>Kinds that no code can be held against yet, with the reason.</summary>
    private static readonly Dictionary<string, string> Waiting = new()
    {
        ["abl_isolation"] = Defence,
        ["abl_loss"] = Defence,
        ["activation_clustering"] = Defence,
        ["anp_norm"] = Defence,
        ["anp_prune"] = Defence,
        ["anp_step"] = Defence,
        ["clp"] = Defence,
        ["clp_linear"] = Defence,
        ["fine_pruning"] = Defence,
        ["fst"] = Defence,
        ["ft_sam_perturbation"] = Defence,
        ["ft_sam_smoothing"] = Defence,
        ["ft_sam_step"] = Defence,
        ["nad"] = Defence,
        ["nad_tokens"] = Defence,
        ["repair_scores"] = Defence,
        ["scan_detector"] = Defence,
        ["spectral_signatures"] = Defence,
    };

    [Fact]
    public void Every_golden_is_read_by_a_test_or_its_kind_waits_for_code()
    {
        if (GoldenFolder.Root is null) Assert.Skip("there are no goldens");
        HashSet<string> read = [.. ReadByTests()];
        Assert.Empty(GoldenFolder.Manifests(kind => !Waiting.ContainsKey(kind)).Where(m => !read.Contains(m)).Select(Described));
    }

    [Fact]
    public void No_kind_waits_that_a_test_reads_or_that_no_golden_has()
    {
        if (!GoldenFolder.IsShared) Assert.Skip("these are not the shared folder's goldens");
        HashSet<string> read = [.. ReadByTests()];
        string[] waiting = [.. GoldenFolder.Manifests(Waiting.ContainsKey)];
        Assert.Empty(waiting.Where(read.Contains).Select(Described));
        Assert.Equal(Waiting.Keys.Order(),
            waiting.Select(m => GoldenFolder.KindOf(GoldenFile.Open(m).Manifest)).Distinct().Order());
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
