using System.Runtime.CompilerServices;

namespace Postern.Tests;

/// <summary>
/// A cache of the tests' own, for this process and those that it starts: they begin cold and leave nothing behind.
/// </summary>
internal static class TestCache
{
    [ModuleInitializer]
    internal static void Install()
    {
        string folder = Directory.CreateTempSubdirectory("postern-cache-").FullName;
        Environment.SetEnvironmentVariable(UserCache.Variable, folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
    }
}
