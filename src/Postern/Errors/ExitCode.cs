namespace Postern.Errors;

/// <summary>How the <c>postern</c> command ends, for shells and for a run that started it as a job.</summary>
public static class ExitCode
{
    /// <summary>Everything that was asked for is there.</summary>
    public const int Done = 0;

    /// <summary>Some cell failed or was not run.</summary>
    public const int Failed = 1;

    /// <summary>Bad input: one line on standard error says what (<see cref="ErrorText.Line"/>).</summary>
    public const int BadInput = 2;

    /// <summary>
    /// Stopped by a signal: SIGINT (Ctrl-C), SIGTERM, SIGHUP or SIGUSR1. What is saved goes on with the next run.
    /// </summary>
    public const int Interrupted = FirstSignal + 2;

    // A process that a signal ended has this and the signal's number for its exit code.
    private const int FirstSignal = 128, Kill = 9;

    /// <summary>How a process ended, for a message: <c>was ended by signal 9</c> or <c>ended with exit code 3</c>.</summary>
    public static string Describe(int code) => FormattableString.Invariant(
        code > FirstSignal ? $"was ended by signal {code - FirstSignal}" : (FormattableString)$"ended with exit code {code}");

    /// <summary>Whether the system killed the process, as it does where memory is short.</summary>
    public static bool IsKill(int code) => code == FirstSignal + Kill;
}
