using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Postern.Cli.Progress;

/// <summary>Draws a <see cref="ProgressRow"/> for each task, over the whole width of the terminal.</summary>
internal sealed class RowColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, ProgressRow> rows = new();

    /// <summary>What a task shows from now on.</summary>
    public void Show(ProgressTask task, ProgressRow row) => rows[task.Id] = row;

    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        var text = new Paragraph();
        if (!rows.TryGetValue(task.Id, out ProgressRow? row)) return text;
        // The terminal breaks a line that touches its last column.
        foreach ((int i, ProgressLine line) in row.Lines(options.ConsoleSize.Width - 1).Index())
        {
            if (i > 0) text.Append("\n");
            char dash = options.Unicode ? '━' : '-';
            text.Append(line.Before)
                .Append(new string(dash, line.Filled), new Style(line.Filled == line.Bar ? Color.Green : Color.Yellow))
                .Append(new string(options.Unicode ? dash : ' ', line.Bar - line.Filled), new Style(Color.Grey))
                .Append(line.After);
        }
        return text;
    }
}
