using Postern.Native;

namespace Postern.Tests.Native;

/// <summary>
/// What ships with the program asks for nothing newer than RHEL 9 has (glibc 2.34, the libstdc++ of GCC 11), nor, then, than
/// Ubuntu 22.04 and 24.04 and Debian 12 have.
/// </summary>
public class OlderSystemsTests
{
    private static readonly Dictionary<string, Version> There = new()
    {
        ["GLIBC"] = new Version(2, 34),
        ["GLIBCXX"] = new Version(3, 4, 29),
        ["CXXABI"] = new Version(1, 3, 13),
        ["GCC"] = new Version(11, 0),
    };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    [Fact]
    public void Native_libraries_ask_for_nothing_newer_than_RHEL_9_has()
    {
        string[] libraries = [.. Directory.EnumerateFiles(Folder).Where(f => f.Contains(".so", StringComparison.Ordinal))];
        Assert.True(libraries.Length > 5);
        Assert.All(libraries, library =>
        {
            // On a system with an older libstdc++ this copy is what is loaded.
            bool isPatched = Path.GetFileName(library) == "libLibTorchSharp.so";
            using Stream elf = isPatched
                ? new MemoryStream(ElfPatch.ForOlderLibstdcxx(File.ReadAllBytes(library))) : File.OpenRead(library);
            Assert.DoesNotContain(ElfNeeds.Of(elf), IsNewer);
        });
    }

    [Fact]
    public void What_a_library_needs_is_read_from_it()
    {
        using FileStream elf = File.OpenRead(Path.Combine(Folder, "libLibTorchSharp.so"));
        Assert.Contains("GLIBC_2.34", ElfNeeds.Of(elf));
        Assert.Equal(["GLIBCXX_3.4.30", "GLIBCXX_3.4.32"], ElfNeeds.Of(elf).Where(IsNewer).Order(StringComparer.Ordinal));
    }

    private static bool IsNewer(string need)
    {
        int at = need.LastIndexOf('_');
        return There.TryGetValue(need[..at], out Version? there) && Version.Parse(need[(at + 1)..]) > there;
    }
}
