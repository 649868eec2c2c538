using System.Diagnostics;
using System.Text.Json;
using Postern.Native.Paths;

namespace Postern.Cli.Commands;

/// <summary>Tries a candidate of a fast path in a process of its own, since it may end its process.</summary>
internal static class CandidateProcess
{
    /// <summary>How <c>doctor</c> is asked for one candidate: <c>path=candidate</c>.</summary>
    public const string Switch = "--try";

    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    /// <summary>What came of the candidate; a process that ends otherwise than by itself counts as crashed.</summary>
    public static Trial Try(string path, string candidate)
    {
        (string program, IReadOnlyList<string> before) = OwnProgram.Find();
        var start = new ProcessStartInfo(program, [.. before, DoctorCommand.Name, Switch, $"{path}={candidate}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill();
            return new Trial(candidate, TrialOutcome.Crashed,
                $"had no answer after {limit.TotalSeconds:f0} s in a process of its own");
        }
        _ = errors.Result;
        if (process.ExitCode > 128)
            return new Trial(candidate, TrialOutcome.Crashed, $"ended its own process by signal {process.ExitCode - 128}");
        try
        {
            return JsonSerializer.Deserialize<Trial>(output.Result, JsonFormat) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            return new Trial(candidate, TrialOutcome.Crashed, $"ended its own process with exit code {process.ExitCode}");
        }
    }

    /// <summary>The answer of the other process.</summary>
    public static JsonSerializerOptions JsonFormat { get; } = new()
    {
        // A difference may be NaN.
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}
