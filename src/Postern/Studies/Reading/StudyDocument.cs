using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Postern.Studies;

/// <summary>
/// Reads YAML into <see cref="StudyNode"/>s that know their places. Only what a study needs: one document of maps, lists and
/// plain values, no deeper than <see cref="MaxDepth"/>; anchors, aliases and tags are refused, so no file can unfold into more
/// than itself.
/// </summary>
internal sealed class StudyDocument
{
    private const int MaxDepth = 8;
    private const int MaxBytes = 256 * 1024;

    private readonly Parser parser;
    private readonly string text;
    private readonly Func<Mark, NodeSource> source;

    private StudyDocument(string text, Func<Mark, NodeSource> source)
    {
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        (this.text, this.source) = (text, source);
    }

    /// <summary>The content of a study file.</summary>
    /// <exception cref="InputException">It is missing, not text, or not such YAML.</exception>
    public static StudyNode ReadFile(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);
        return new StudyDocument(ReadText(path),
            mark => new NodeSource(FormattableString.Invariant($"{path}:{mark.Line}:{mark.Column}"), folder)).Root();
    }

    /// <summary>A value given on the command line; paths in it are relative to the current folder.</summary>
    /// <exception cref="InputException">It is not such YAML.</exception>
    public static StudyNode ParseValue(string text, NodeSource at) => new StudyDocument(text, _ => at).Root();

    private static string ReadText(string path)
    {
        if (Directory.Exists(path)) throw new InputException(path, "is a folder, expected a study file (.yaml)");
        if (!File.Exists(path)) throw new InputException(path, "does not exist, expected a study file (.yaml)");
        try
        {
            PlainFile.Check(path);
            using FileStream stream = File.OpenRead(path);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes) throw new InputException(path, "is larger than 256 KiB; this is not a study file");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(path, "is not UTF-8 text; this is not a study file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    private StudyNode Root()
    {
        Next<StreamStart>();
        ParsingEvent first = Next<ParsingEvent>();
        if (first is StreamEnd) return new ScalarNode(At(first), "", IsNull: true);
        StudyNode root = Node(Next<ParsingEvent>(), depth: 0);
        Next<DocumentEnd>();
        ParsingEvent last = Next<ParsingEvent>();
        return last is StreamEnd ? root : throw At(last).Error("a second YAML document begins here; a study is one document");
    }

    private StudyNode Node(ParsingEvent start, int depth)
    {
        if (depth > MaxDepth) throw At(start).Error($"is nested more than {MaxDepth} deep; a study is flatter than that");
        if (start is AnchorAlias alias) throw At(start).Error($"'*{alias.Value}' is an alias; write the value out");
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
            throw At(start).Error($"'&{anchored.Anchor}' is an anchor; write the values out");
        if (start is NodeEvent { Tag.IsEmpty: false } tagged)
            throw At(start).Error($"'{tagged.Tag}' is a tag; write the plain value");
        return start switch
        {
            Scalar scalar =>
                new ScalarNode(At(start), scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null"),
            SequenceStart => new ListNode(At(start), [.. Items(depth)]),
            MappingStart => new MapNode(At(start), Entries(depth)),
            _ => throw At(start).Error("is not YAML that a study understands"),
        };
    }

    private IEnumerable<StudyNode> Items(int depth)
    {
        for (ParsingEvent item = Next<ParsingEvent>(); item is not SequenceEnd; item = Next<ParsingEvent>())
            yield return Node(item, depth + 1);
    }

    private List<MapEntry> Entries(int depth)
    {
        var entries = new List<MapEntry>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (ParsingEvent item = Next<ParsingEvent>(); item is not MappingEnd; item = Next<ParsingEvent>())
        {
            if (Node(item, depth + 1) is not ScalarNode { IsNull: false } key) throw At(item).Error("a key must be a word");
            if (!keys.Add(key.Text)) throw key.At.Error($"the key '{key.Text}' is given twice");
            entries.Add(new MapEntry(key.At, key.Text, Node(Next<ParsingEvent>(), depth + 1)));
        }
        return entries;
    }

    private NodeSource At(ParsingEvent e) => source(e.Start);

    /// <summary>The next event. Whatever the parser throws on text that is not YAML becomes an error with its place.</summary>
    private T Next<T>() where T : ParsingEvent
    {
        try
        {
            if (!parser.MoveNext()) throw new YamlException("unexpected end");
        }
        catch (YamlException e) when (TabbedLine(e) is Mark tab)
        {
            throw new InputException(source(tab).Where,
                "the line is indented with a tab, which YAML does not take; use blanks", e);
        }
        catch (YamlException e)
        {
            throw new InputException(source(e.Start).Where, $"is not YAML ({e.Message})", e);
        }
        catch (Exception e)
        {
            throw new InputException(source(parser.Current?.End ?? Mark.Empty).Where, $"is not YAML ({e.Message})", e);
        }
        return parser.Current as T ?? throw At(parser.Current!).Error("is not YAML that a study understands");
    }

    /// <summary>
    /// The tab that an error is about: the first one in a line's indentation from where the parser began to look. The parser
    /// itself tells of the place where the surrounding map or list begins.
    /// </summary>
    private Mark? TabbedLine(YamlException e)
    {
        if (!e.Message.Contains(" tab ", StringComparison.Ordinal)) return null;
        string[] lines = text.Split('\n');
        for (long i = Math.Max(0, e.Start.Line - 1); i < lines.Length; i++)
        {
            int tab = lines[i].AsSpan().IndexOfAnyExcept(' ');
            if (tab >= 0 && lines[i][tab] == '\t') return new Mark(0, i + 1, tab + 1);
        }
        return null;
    }
}
