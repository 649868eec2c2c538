namespace Postern.Errors;

/// <summary>What the <c>postern</c> command and its runs say where something is wrong; one line each.</summary>
public static class ErrorText
{
    /// <summary>Why a cell is put off.</summary>
    public const string HeldElsewhere = "another process is running it; the others go first";

    /// <summary>Why nothing happens for a while.</summary>
    public const string WaitsForOther = "another process is running it; waiting for its end";

    /// <summary>What is said after Ctrl-C in a command that trains.</summary>
    public const string TrainingStopped = "stopped; the next run goes on where this one stopped";

    /// <summary>What is said after Ctrl-C in any other command.</summary>
    public const string Stopped = "stopped; what was half written is gone, what was half prepared goes on next time";

    private const string Prefix = "error: ";

    /// <summary>Why a cell cannot run whose weights another was to train.</summary>
    public static string FailedDependency(string cell) => $"it needs the weights of {cell}, which failed";

    /// <summary>The line on standard error for <paramref name="message"/>.</summary>
    public static string Line(string message) => Prefix + OneLine(message);

    /// <summary>The message of a line that <see cref="Line"/> made; any other line as it is.</summary>
    public static string MessageOf(string line) =>
        line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : line;

    /// <summary>A message without line breaks.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ");

    /// <summary>For an exception that is no fault of the input.</summary>
    public static string Defect(Exception e) =>
        $"postern: {e.GetType().Name}: {OneLine(e.Message)}; this is a defect, --verbose shows where";

    /// <summary>For a job that ended by itself.</summary>
    /// <param name="code">Its exit code.</param>
    /// <param name="lastError">The last line on its standard error; empty where there was none.</param>
    public static string ProcessEnded(int code, string lastError)
    {
        string why = lastError.Length > 0 ? $": {lastError}"
            : ExitCode.IsKill(code) ? ", perhaps for lack of memory; try fewer --jobs" : "";
        // What the C++ library says before it ends a program.
        if (lastError.Contains("bad_alloc", StringComparison.Ordinal))
            why = " because there was no memory left; try fewer --jobs, a smaller batch_size or a higher limit";
        return $"its process {ExitCode.Describe(code)}{why}";
    }
}
