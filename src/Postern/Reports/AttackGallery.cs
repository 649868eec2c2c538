using System.Security.Cryptography;

namespace Postern.Reports;

/// <summary>
/// What the attacks do to pictures, side by side: each different preview once, however many cells share it, so that a page of many
/// cells stays small. Cells lead here.
/// </summary>
internal sealed class AttackGallery
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly List<(string Id, string Caption, byte[] Png)> pictures = [];
    private readonly Dictionary<string, string> idByCell = new(StringComparer.Ordinal);

    /// <summary>The gallery of <paramref name="begun"/>; a preview that is no PNG is left out.</summary>
    public AttackGallery(IEnumerable<CellReport> begun)
    {
        var cells = from report in begun
                    where report.Preview is byte[] png && png.AsSpan().StartsWith(PngSignature)
                    group report by (report.Cell.DatasetLabel, report.Cell.AttackLabel);
        foreach (var attack in cells)
        {
            var different = attack.GroupBy(r => Convert.ToHexString(SHA256.HashData(r.Preview!))).ToList();
            foreach (var same in different)
            {
                CellReport first = same.First();
                string id = FormattableString.Invariant($"pictures-{pictures.Count + 1}");
                pictures.Add((id, CellGroup.Names(attack.Key.AttackLabel, attack.Key.DatasetLabel,
                    different.Count == 1 ? "" : FormattableString.Invariant($"{first.Cell.ModelLabel} seed {first.Cell.Seed}")), first.Preview!));
                foreach (CellReport report in same) idByCell[report.Cell.Id] = id;
            }
        }
    }

    /// <summary>The section; empty where there is no picture.</summary>
    public Markup Section => pictures.Count == 0 ? Markup.Empty : Markup.Of($"""
        <section id="gallery"><h2>What the attacks change</h2>
        <p class="note">Test pictures as the model sees them: clean, triggered, and their difference, enlarged, around grey.</p>
        <div class="gallery">{pictures.Select(p => Markup.Of($"""<figure class="panel" id="{p.Id}"><figcaption><b>{p.Caption}</b></figcaption><img alt="Test pictures under {p.Caption}: clean, triggered, and their difference enlarged" src="data:image/png;base64,{Convert.ToBase64String(p.Png)}"></figure>"""))}</div></section>
        """);

    /// <summary>A link to the pictures of a cell; empty where it has none.</summary>
    public Markup Link(CellReport report) => idByCell.TryGetValue(report.Cell.Id, out string? id)
        ? Markup.Of($"""<a href="#{id}">pictures of the attack</a>""") : Markup.Empty;
}
