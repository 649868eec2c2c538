using Spectre.Console;
using Spectre.Console.Rendering;

namespace Postern.Cli.Progress;

/// <summary>
/// Takes control characters out of all that is shown: a label or a class name from a file must not move the cursor or ring the
/// bell.
/// </summary>
internal sealed class ControlCharacters : IRenderHook
{
    /// <summary>The text with a sign in place of each control character but line feeds and tabs.</summary>
    public static string Shown(string text) =>
        text.Any(IsHarmful) ? string.Concat(text.Select(c => IsHarmful(c) ? '\ufffd' : c)) : text;

    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(r => new Clean(r));

    private static bool IsHarmful(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');

    private sealed class Clean(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth)
            .Select(s => s.IsControlCode || !s.Text.Any(IsHarmful) ? s : new Segment(Shown(s.Text), s.Style));
    }
}
