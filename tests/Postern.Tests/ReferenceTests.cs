using System.Text.RegularExpressions;

namespace Postern.Tests;

/// <summary>What comments say is written elsewhere is written there.</summary>
public partial class ReferenceTests
{
    private static readonly string Root = SharedMaterial.RepositoryRoot;

    [Fact]
    public void Every_page_that_a_comment_names_is_in_the_repository()
    {
        Assert.Empty(from comment in Comments()
                     from Match page in Page().Matches(comment.Text)
                     where !File.Exists(Path.Combine(Root, page.Value))
                     select $"{comment.File}: there is no {page.Value}");
    }

    [Fact]
    public void Every_reference_names_sections_that_its_page_has()
    {
        (string File, Match Reference)[] references =
            [.. from comment in Comments() from Match r in Reference().Matches(comment.Text) select (comment.File, r)];
        Assert.NotEmpty(references);
        Assert.Empty(from r in references
                     from Capture section in r.Reference.Groups["section"].Captures
                     where !Sections(r.Reference.Groups["page"].Value).Contains(section.Value)
                     select $"{r.File}: {r.Reference.Groups["page"].Value} has no section {section.Value}");
    }

    [Fact]
    public void Every_reference_to_the_reference_names_a_section()
    {
        Assert.Empty(from comment in Comments()
                     where ReferencePage().Count(comment.Text) != Reference().Count(comment.Text)
                     select $"{comment.File}: {comment.Text}");
    }

    [Fact]
    public void Every_link_between_pages_leads_to_a_file()
    {
        string[] pages = [Path.Combine(Root, "README.md"), Path.Combine(Root, "bench", "README.md"),
            .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)];
        Assert.Empty(from page in pages
                     from Match link in Link().Matches(File.ReadAllText(page))
                     let target = link.Groups["target"].Value
                     where !target.Contains("://", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
                     select $"{Path.GetRelativePath(Root, page)}: {target}");
    }

    /// <summary>Numbers of the headings of a page: 2, 2.1, ...</summary>
    private static HashSet<string> Sections(string page) =>
        [.. Heading().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(h => h.Groups["number"].Value)];

    /// <summary>
    /// Comments of the C# sources, those of neighbouring lines joined, since a reference may be broken over two lines.
    /// </summary>
    private static IEnumerable<(string File, string Text)> Comments()
    {
        foreach (string file in new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj")))
        {
            List<string> lines = [];
            foreach (string line in File.ReadLines(file).Append(""))
            {
                Match comment = Comment().Match(line);
                if (comment.Success) lines.Add(comment.Groups["text"].Value);
                else if (lines.Count > 0)
                {
                    yield return (Path.GetRelativePath(Root, file), string.Join(' ', lines));
                    lines.Clear();
                }
            }
        }
    }

    [GeneratedRegex(@"^\s*//+ ?(?<text>.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[\w./-]+\.md\b")]
    private static partial Regex Page();

    [GeneratedRegex(@"docs/reference/\w+\.md")]
    private static partial Regex ReferencePage();

    // docs/reference/attacks.md 2.1</c>, 2.3 and 3
    [GeneratedRegex(
        @"(?<page>docs/reference/\w+\.md) (?<section>\d+(\.\d+)*)(</c>)?((, | and )(?<section>\d+(\.\d+)*)(?![\w%]))*")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^#+ (?<number>\d+(\.\d+)*)[. ]", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
