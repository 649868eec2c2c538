using System.Diagnostics;
using System.Globalization;
using Postern.Tests.Studies;

namespace Postern.Tests.Fuzzing;

/// <summary>
/// Changes the files of a reader again and again. Whatever they have become, they are read or refused in one line, soon and
/// within bounds of memory, and nothing else in the folder changes.
/// </summary>
internal static class Fuzzer
{
    /// <summary>Seconds for each reader, in place of a fixed number of changes.</summary>
    public const string Variable = "POSTERN_FUZZ_SECONDS";

    private const int Changes = 150;
    private const long MostMemory = 1L << 30;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    /// <summary>Runs a target; equal seeds give equal changes.</summary>
    public static void Run(FuzzTarget target)
    {
        using var folder = new TemporaryFolder();
        string[] paths = target.Lay(folder);
        byte[][] files = [.. paths.Select(File.ReadAllBytes)];
        foreach (string path in paths) target.Read(folder, path);
        string[] before = Names(folder);
        double seconds = double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture,
            out double asked) ? asked : 0;
        var clock = Stopwatch.StartNew();
        for (int seed = 0; seconds > 0 ? clock.Elapsed.TotalSeconds < seconds : seed < Changes; seed++)
        {
            var random = new Random(seed);
            int which = random.Next(paths.Length);
            byte[] changed = Mutation.Of(files[which], random);
            if (target.WithoutChecksum is not null && random.Next(4) > 0) changed = target.WithoutChecksum(changed);
            File.WriteAllBytes(paths[which], changed);
            Check(target, folder, paths[which], seed);
            File.WriteAllBytes(paths[which], files[which]);
        }
        Assert.Equal(before, Names(folder));
    }

    private static void Check(FuzzTarget target, TemporaryFolder folder, string path, int seed)
    {
        var clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Read(folder, path);
        }
        catch (InputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Fail($"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
        if (clock.Elapsed > MostTime) Fail($"took {clock.Elapsed}");
        long memory = GC.GetAllocatedBytesForCurrentThread() - before;
        if (memory > MostMemory) Fail($"took {memory} bytes");

        void Fail(string found)
        {
            string kept = Path.Combine(Path.GetTempPath(), $"postern-fuzz-{seed}-{Path.GetFileName(path)}");
            File.Copy(path, kept, overwrite: true);
            Assert.Fail($"{target.Name}, change {seed} of {Path.GetFileName(path)} (kept as {kept}): {found}");
        }
    }

    private static string[] Names(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
