namespace Postern.Cli.Commands;

/// <summary><c>--threads NUMBER</c>: at least 1, all of the machine's where it is not given.</summary>
internal sealed class ThreadsOption : CountOption
{
    /// <param name="sharers">Who shares them, for the help.</param>
    public ThreadsOption(string sharers) : base("--threads", least: 1)
    {
        Description = $"threads shared by {sharers}";
        DefaultValueFactory = _ => Environment.ProcessorCount;
    }
}
