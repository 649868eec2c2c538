using System.Security.Cryptography;
using Postern.Reports.Tables;
using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>
/// What the attacks do to pictures, side by side: one preview for each dataset and attack, and those that are alike once. Cells
/// lead here, and show a preview themselves only where it is another one, so that a page of many cells stays small.
/// </summary>
internal sealed class AttackGallery
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly IReadOnlyList<(string Hash, string Caption, byte[] Png)> pictures;

    /// <summary>The gallery of <paramref name="begun"/>; a preview that is no PNG is left out.</summary>
    public AttackGallery(IEnumerable<CellReport> begun)
    {
        var firsts = begun.Where(HasPicture).GroupBy(r => (r.Cell.DatasetLabel, r.Cell.AttackLabel))
            .Select(attack => attack.First());
        pictures =
        [
            .. firsts.GroupBy(r => Hash(r.Preview!)).Select(same => (same.Key,
                CellGroup.Names(string.Join(", ", same.Select(r => r.Cell.AttackLabel).Distinct()),
                    string.Join(", ", same.Select(r => r.Cell.DatasetLabel).Distinct())),
                same.First().Preview!)),
        ];
    }

    /// <summary>The section; empty where there is no picture.</summary>
    public Markup Section => pictures.Count == 0 ? Markup.Empty : Markup.Of($"""
        <section id="gallery"><h2>What the attacks change</h2>
        <p class="note">Test pictures as the model sees them: clean, triggered, and their difference around grey, times the factor over it (ten where none is given).</p>
        <div class="gallery">{pictures.Select((p, i) => Markup.Of($"""<figure class="panel" id="{Id(i)}"><figcaption><b>{p.Caption}</b></figcaption>{Image(p.Png, p.Caption)}</figure>"""))}</div></section>
        """);

    /// <summary>A cell's pictures, or the link to those that look the same; empty where it has none.</summary>
    public Markup Of(CellReport report)
    {
        if (!HasPicture(report)) return Markup.Empty;
        string hash = Hash(report.Preview!);
        int index = pictures.TakeWhile(p => p.Hash != hash).Count();
        return index < pictures.Count ? Markup.Of($"""<p class="more"><a href="#{Id(index)}">pictures of the attack</a></p>""")
            : Markup.Of(
                $"""<figure class="own">{Image(report.Preview!, report.Cell.Title)}<figcaption>clean, triggered, difference (around grey, times the factor over it)</figcaption></figure>""");
    }

    private static bool HasPicture(CellReport report) => report.Preview is byte[] png && png.AsSpan().StartsWith(PngSignature);

    private static string Hash(byte[] png) => Convert.ToHexString(SHA256.HashData(png));

    private static string Id(int index) => FormattableString.Invariant($"pictures-{index + 1}");

    private static Markup Image(byte[] png, string of) => Markup.Of(
        $"""<img alt="Test pictures under {of}: clean, triggered, and their difference" src="data:image/png;base64,{Convert.ToBase64String(png)}">""");
}
