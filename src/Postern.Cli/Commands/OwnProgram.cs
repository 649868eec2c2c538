using System.Reflection;

namespace Postern.Cli.Commands;

/// <summary>How this program is started again.</summary>
internal static class OwnProgram
{
    /// <summary>The program and the arguments that come before a command's own.</summary>
    public static (string Program, IReadOnlyList<string> Before) Find()
    {
        string host = Environment.ProcessPath ?? "";
        bool isDotnet = Path.GetFileNameWithoutExtension(host) == "dotnet";
        Assembly own = typeof(OwnProgram).Assembly;
        if (!isDotnet && Assembly.GetEntryAssembly() == own) return (host, []);
        return (isDotnet ? host : "dotnet", [own.Location]);
    }
}
