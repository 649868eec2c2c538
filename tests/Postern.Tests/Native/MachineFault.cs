using Postern.Native.Paths;

namespace Postern.Tests;

/// <summary>
/// Faults of machines that this one does not have, put into a process of tests by the environment variable
/// <c>POSTERN_TEST_FAULT</c>: a test starts such a process and looks at what it says.
/// </summary>
internal static class MachineFault
{
    public const string Variable = "POSTERN_TEST_FAULT";

    /// <summary>oneDNN's record says three caches of a byte, and the processor is taken for one that hides them.</summary>
    public const string HiddenCaches = "hidden-caches";

    /// <summary>oneDNN's record says three caches of a byte, and nothing tells why.</summary>
    public const string BrokenRecord = "broken-record";

    /// <summary>As <see cref="BrokenRecord"/>, and oneDNN is used all the same, which may end the process.</summary>
    public const string UsedAllTheSame = "used-all-the-same";

    private static string? Fault => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Whether this process has a fault of its own.</summary>
    public static bool IsInjected => Fault is HiddenCaches or BrokenRecord or UsedAllTheSame;

    public static void Inject()
    {
        if (!IsInjected) return;
        OneDnn.Use(true);
        CacheRecord record = CacheRecord.FindTrue();
        record.Write(1, 1, 1);
        SelfCheck.CachesHidden = Fault == HiddenCaches;
        Console.WriteLine($"fault: {Fault}; the record said {string.Join(", ", record.Sizes)} bytes");
        if (Fault != UsedAllTheSame) return;
        Trial asFound = Ladder.Here(new ConvolutionPath(cachesHidden: false), new OneDnnAsFound(cachesHidden: false));
        Console.WriteLine($"as found: {asFound.Word}, {asFound.Detail}");
    }
}
