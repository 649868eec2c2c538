using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Postern.Benchmarks;

/// <summary>This program in a process of its own that does one thing, for what must be measured apart.</summary>
internal static class OwnProcess
{
    /// <summary>Runs a command of this program that prints one JSON object, and gives that.</summary>
    /// <exception cref="InputException">It ends with another exit code than 0.</exception>
    public static JsonElement Run(string[] arguments)
    {
        string program = Environment.ProcessPath!;
        // `dotnet Postern.Benchmarks.dll` runs in the process of the host.
        string[] all = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [typeof(OwnProcess).Assembly.Location, .. arguments] : arguments;
        using Process child = Process.Start(new ProcessStartInfo(program, all) { RedirectStandardOutput = true })!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        string code = child.ExitCode.ToString(CultureInfo.InvariantCulture);
        if (child.ExitCode != 0)
            throw new InputException(string.Join(' ', arguments), $"its process ended with exit code {code}");
        return JsonDocument.Parse(output).RootElement;
    }
}
