namespace Postern.Errors;

/// <summary>Finds what went wrong behind the exceptions of parallel work, which hold those of several threads.</summary>
public static class Causes
{
    /// <summary>
    /// The exception itself, or of several the one to tell: bad input before a cancellation, that before a failing disk, that
    /// before anything else.
    /// </summary>
    public static Exception Of(Exception e) => e is AggregateException several
        ? several.Flatten().InnerExceptions.OrderBy(Rank).FirstOrDefault() ?? e : e;

    private static int Rank(Exception e) => e switch
    {
        InputException => 0,
        OperationCanceledException => 1,
        IOException or UnauthorizedAccessException => 2,
        _ => 3,
    };
}
