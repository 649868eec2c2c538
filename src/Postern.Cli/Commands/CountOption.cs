using System.CommandLine;

namespace Postern.Cli.Commands;

/// <summary>An option that takes a whole number from a least one on.</summary>
internal class CountOption : Option<int>
{
    /// <param name="name">The option, e.g. <c>--pictures</c>.</param>
    /// <param name="least">The least number that it takes.</param>
    public CountOption(string name, int least) : base(name)
    {
        HelpName = "NUMBER";
        Validators.Add(result =>
        {
            // A value that is no number has its own error already; asking for it here would throw.
            if (result.Tokens is [{ Value: string text }] && int.TryParse(text, out int count) && count < least)
                result.AddError(FormattableString.Invariant($"{name} must be at least {least}"));
        });
    }
}
