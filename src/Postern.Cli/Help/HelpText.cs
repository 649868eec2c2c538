namespace Postern.Cli.Help;

/// <summary>Lines of help: titles, plain lines, and rows of a name and what it means, all within a width.</summary>
internal sealed class HelpText(TextWriter output, int width)
{
    private const int Indent = 2, Gap = 2, WidestName = 22;

    /// <summary>A line of its own, wrapped.</summary>
    public void Line(string text = "", int indent = 0)
    {
        foreach (string line in Wrapped(text, width - indent)) Write(line, indent);
    }

    /// <summary>An empty line, and a title over what follows.</summary>
    public void Title(string title)
    {
        output.WriteLine();
        output.WriteLine(title);
    }

    /// <summary>A row each; a name that is too wide has its meaning on the next line.</summary>
    /// <param name="rows">Names and what they mean.</param>
    /// <param name="least">Columns that names take at least, so that several tables stand in line.</param>
    public void Rows(IEnumerable<(string Name, string Meaning)> rows, int least = 0)
    {
        (string Name, string Meaning)[] all = [.. rows];
        int names = all.Select(r => r.Name.Length).Where(l => l <= WidestName).Append(least).Max();
        int start = Indent + names + Gap;
        foreach ((string name, string meaning) in all)
        {
            string[] lines = Wrapped(meaning, width - start);
            if (name.Length <= names) Write($"{name.PadRight(names + Gap)}{lines[0]}", Indent);
            else
            {
                Write(name, Indent);
                Write(lines[0], start);
            }
            foreach (string line in lines[1..]) Write(line, start);
        }
    }

    /// <summary>A line to type, as it is: a wrapped one could not be pasted.</summary>
    public void Example(string line) => Write(line, Indent);

    private void Write(string line, int indent) => output.WriteLine($"{new string(' ', indent)}{line}".TrimEnd());

    private static string[] Wrapped(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > width) lines.Add("");
            lines[^1] += lines[^1].Length == 0 ? word : $" {word}";
        }
        return [.. lines];
    }
}
