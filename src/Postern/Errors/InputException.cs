namespace Postern.Errors;

/// <summary>
/// Bad input from outside: a file, a study, an option. The command line shows it as one line,
/// <c>error: FILE: what was found, what to do</c>, and ends with exit code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>An error about <paramref name="source"/>.</summary>
    /// <param name="source">The file (with <c>:line:column</c> where known) or the option at fault.</param>
    /// <param name="found">What was found and what to do about it, in one line.</param>
    /// <param name="inner">The cause, shown only with <c>--verbose</c>.</param>
    public InputException(string source, string found, Exception? inner = null)
        : base(OneLine($"{source}: {found}"), inner) { }

    private InputException(string message, Exception? inner = null) : base(OneLine(message), inner) { }

    /// <summary>
    /// Whether one sample of a dataset is at fault: what needs it fails, and everything else goes on.
    /// </summary>
    public bool IsOfSample { get; private init; }

    /// <summary>The error of one sample (<see cref="IsOfSample"/>).</summary>
    /// <param name="message">Where it lies and what was found, as an <see cref="InputException"/> says it.</param>
    /// <param name="inner">The cause.</param>
    internal static InputException OfSample(string message, Exception? inner = null) => new(message, inner) { IsOfSample = true };

    /// <summary>Whether the whole study is at fault, and not the task that found it: nothing else is tried.</summary>
    public bool IsOfStudy { get; private init; }

    /// <summary>The error of a whole study (<see cref="IsOfStudy"/>).</summary>
    /// <param name="source">The file or folder at fault.</param>
    /// <param name="found">What was found and what to do about it, in one line.</param>
    internal static InputException OfStudy(string source, string found) => new($"{source}: {found}") { IsOfStudy = true };

    /// <summary>The error that another process told of, in its words.</summary>
    internal static InputException WithMessage(string message) => new(message) { IsOfStudy = true };

    /// <summary>An error whose message was kept for later.</summary>
    internal static InputException Repeated(string message) => new(message, inner: null);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
