using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Postern.Reports.Text;

/// <summary>
/// A piece of HTML. It is made of interpolated strings whose holes are always encoded, unless they are markup themselves, so a
/// name from a study can never become an element, an attribute or a script.
/// </summary>
internal sealed class Markup
{
    private readonly string html;

    private Markup(string html) => this.html = html;

    /// <summary>Nothing.</summary>
    public static Markup Empty { get; } = new("");

    /// <summary>The literal parts as they are, the holes encoded; numbers in invariant form.</summary>
    public static Markup Of(Template template) => new(template.Html);

    /// <summary>Text of our own that is already HTML, CSS or script; never anything from outside.</summary>
    public static Markup Trusted(string html) => new(html);

    /// <summary>All of <paramref name="parts"/>, one after another.</summary>
    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts));

    /// <inheritdoc/>
    public override string ToString() => html;

    /// <summary>What the compiler turns <c>$"..."</c> into where markup is expected.</summary>
    [InterpolatedStringHandler]
    internal sealed class Template(int literalLength, int holes)
    {
        private readonly StringBuilder text = new(literalLength + 16 * holes);

        public string Html => text.ToString();

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(Markup? markup) => text.Append(markup?.html);

        public void AppendFormatted(IEnumerable<Markup> parts)
        {
            foreach (Markup part in parts) text.Append(part.html);
        }

        public void AppendFormatted(string? value) => text.Append(WebUtility.HtmlEncode(value));

        public void AppendFormatted(IFormattable value, string? format = null) =>
            text.Append(WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)));
    }
}
