using System.Runtime.CompilerServices;
using Postern.Native;

namespace Postern.Tests;

internal static class TorchSetUp
{
    [ModuleInitializer]
    internal static void Install() => TorchRuntime.Install();
}
