using System.CommandLine;

namespace Postern.Cli.Commands;

/// <summary><c>--threads NUMBER</c>: at least 1, all of the machine's where it is not given.</summary>
internal sealed class ThreadsOption : Option<int>
{
    /// <param name="sharers">Who shares them, for the help.</param>
    public ThreadsOption(string sharers) : base("--threads")
    {
        HelpName = "NUMBER";
        Description = $"threads shared by {sharers}";
        DefaultValueFactory = _ => Environment.ProcessorCount;
        Validators.Add(result =>
        {
            // A value that is no number has its own error already; asking for it here would throw.
            if (result.Tokens is [{ Value: string text }] && int.TryParse(text, out int count) && count < 1)
                result.AddError("--threads must be at least 1");
        });
    }
}
