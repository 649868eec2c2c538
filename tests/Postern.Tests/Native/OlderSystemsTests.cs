using Postern.Native;

namespace Postern.Tests.Native;

/// <summary>
/// What ships with the program loads on Ubuntu 22.04 (glibc 2.35, libstdc++ of GCC 12), Debian 12 and Ubuntu 24.04. RHEL 9 has a
/// new enough glibc (2.34), and a libstdc++ (3.4.29) that is one version too old.
/// </summary>
public class OlderSystemsTests
{
    private static readonly Dictionary<string, Version> There = new()
    {
        ["GLIBC"] = new Version(2, 34),
        ["GLIBCXX"] = new Version(3, 4, 30),
        ["CXXABI"] = new Version(1, 3, 13),
        ["GCC"] = new Version(12, 0),
    };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    [Fact]
    public void Native_libraries_ask_for_nothing_newer_than_Ubuntu_22_04_and_the_glibc_of_RHEL_9_have()
    {
        string[] libraries = [.. Directory.EnumerateFiles(Folder).Where(f => f.Contains(".so", StringComparison.Ordinal))];
        Assert.True(libraries.Length > 5);
        Assert.All(libraries, library =>
        {
            // On a system with an older libstdc++ this copy is what is loaded.
            bool isPatched = Path.GetFileName(library) == "libLibTorchSharp.so";
            using Stream elf = isPatched
                ? new MemoryStream(ElfPatch.WithoutNewStreamsInit(File.ReadAllBytes(library))) : File.OpenRead(library);
            Assert.DoesNotContain(ElfNeeds.Of(elf), IsNewer);
        });
    }

    [Fact]
    public void What_a_library_needs_is_read_from_it()
    {
        using FileStream elf = File.OpenRead(Path.Combine(Folder, "libLibTorchSharp.so"));
        Assert.Contains("GLIBC_2.34", ElfNeeds.Of(elf));
        Assert.Equal(["GLIBCXX_3.4.32"], ElfNeeds.Of(elf).Where(IsNewer));
    }

    private static bool IsNewer(string need)
    {
        int at = need.LastIndexOf('_');
        return There.TryGetValue(need[..at], out Version? there) && Version.Parse(need[(at + 1)..]) > there;
    }
}
