namespace Postern.Cli;

/// <summary>What the command's exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for is there.</summary>
    public const int Done = 0;

    /// <summary>Some cell failed or was not run.</summary>
    public const int Failed = 1;

    /// <summary>Bad input: one line on standard error says what.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
