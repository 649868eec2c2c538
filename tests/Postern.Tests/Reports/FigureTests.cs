using Postern.Attacks;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Learning;
using Postern.Models;
using Postern.Reports.Figures;
using Postern.Tests.Attacks;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports;

public class FigureTests
{
    [Fact]
    public void Triggers_are_found_where_they_are_planted()
    {
        Assert.Equal([new PixelBox(29, 29, 3, 3)], TriggerPlace.Of(SampleAttacks.Make("badnets"), 32, 32));
        Assert.Equal(
            [new PixelBox(0, 0, 9, 9), new PixelBox(0, 215, 9, 9), new PixelBox(215, 0, 9, 9), new PixelBox(215, 215, 9, 9)],
            TriggerPlace.Of(SampleAttacks.Make("badnets"), 256, 224).OrderBy(b => (b.Top, b.Left)));
        Assert.Equal([new PixelBox(21, 21, 8, 8)], TriggerPlace.Of(SampleAttacks.Make("tact"), 32, 32));
        Assert.All(new[] { "blend", "wanet", "refool" },
            name => Assert.Equal([new PixelBox(0, 0, 32, 32)], TriggerPlace.Of(SampleAttacks.Make(name), 32, 32)));
    }

    [Fact]
    public void Figure_1_has_a_box_for_every_weight_of_both_blocks_with_its_shape()
    {
        IReadOnlyList<BlockDiagram> diagrams = BlocksFigure.Diagrams();
        foreach (((string name, string block, IReadOnlyList<string> parts), BlockDiagram diagram) in
            BlocksFigure.Parts.Zip(diagrams))
        {
            using Backbone model = ModelCatalog.Describe(ModelCatalog.All.Get(name, "test"));
            string[] weights = [.. model.named_parameters().Select(p => p.name)
                .Where(n => n.StartsWith($"{block}.", StringComparison.Ordinal)).Select(n => n[(block.Length + 1)..])];
            Assert.NotEmpty(weights);
            Assert.All(weights, w => Assert.Single(parts, p => w == p || w.StartsWith($"{p}.", StringComparison.Ordinal)));
            string[] lines = [.. diagram.Boxes.Where(b => b.HasWeights).SelectMany(b => b.Lines)];
            Assert.All(parts, p => Assert.Single(lines, l => l.Split(' ')[0] == p.Split('.')[^1]));
            Assert.All(diagram.Arrows, a => Assert.True(diagram.Boxes[a.From].Row < diagram.Boxes[a.To].Row));
            // All but what goes in has a way to it, and all but what comes out a way on.
            Assert.Equal(Enumerable.Range(1, diagram.Boxes.Count - 1), diagram.Arrows.Select(a => a.To).Distinct().Order());
            Assert.Equal(Enumerable.Range(0, diagram.Boxes.Count - 1), diagram.Arrows.Select(a => a.From).Distinct().Order());
        }
        Assert.Contains("fc1 Linear 256x48 + 256", diagrams[0].Boxes.SelectMany(b => b.Lines));
        Assert.Contains("A_log 384x16", diagrams[1].Boxes.SelectMany(b => b.Lines));
        RgbImage sheet = BlocksFigure.Draw();
        Assert.Equal(diagrams.Sum(d => d.Width), sheet.Width);
    }

    [Fact]
    public void Figure_3_shows_the_patches_in_the_order_of_the_tokens_with_the_class_token_in_the_middle()
    {
        Assert.Equal((4, 32), PatchTokensFigure.TokensOf(32));
        Assert.Equal((16, 98), PatchTokensFigure.TokensOf(224));
        using Dataset dataset = Grey(32);
        FigureGrid grid = PatchTokensFigure.Grid(dataset, index: 3);
        Assert.Equal([4, 4], grid.Rows.Select(r => r.Count));
        // 12 of 64 patches of 16 grey pixels are dropped; the two shuffles change nothing that is grey all over.
        Assert.Equal([0, 12 * 16, 0, 0], grid.Rows[0].Select(t => t.Picture!.Pixels.Take(1024).Count(v => v == 0)));
        Assert.Contains("there is no test picture 10",
            Assert.Throws<InputException>(() => PatchTokensFigure.Draw(dataset, 10)).Message, StringComparison.Ordinal);

        var ramp = new RgbImage(4, 4, [.. Enumerable.Range(0, 48).Select(i => (byte)(i % 16 / 8 * 2 + i % 4 / 2))]);
        RgbImage tokens = PatchTokensFigure.Tokens(ramp, patch: 2, classRow: 2);
        Assert.Equal(10, tokens.Width);
        // Three to a row, two pixels and one of white each: patches 0, 1, the class token, patches 2 and 3.
        byte[] green = [.. new[] { (1, 1), (1, 4), (1, 7), (4, 1), (4, 4), (4, 7) }.Select(p => tokens[1, p.Item1, p.Item2])];
        Assert.Equal([0, 1, 26, 2, 3, 255], green);
    }

    [Fact]
    public void Figure_2_frames_the_triggers_and_leaves_the_clean_pictures_alone()
    {
        using Dataset dataset = Grey(64);
        FigureGrid grid = TriggerSamplesFigure.Grid(dataset, pictures: 2);
        Assert.Equal(2, grid.Rows.Count);
        Assert.All(grid.Rows, row => Assert.Equal([0, 4, 1], row.Select(t => t.Frames.Count)));
        Assert.Equal(["clean", "badnets", "blend"], grid.Rows[0].Select(t => t.Caption.Single()));
        RgbImage sheet = grid.Draw();
        int third = sheet.Width / 3;
        Assert.Equal((false, true, true), (HasRed(0, third), HasRed(third, 2 * third), HasRed(2 * third, sheet.Width)));

        bool HasRed(int from, int to) => Enumerable.Range(0, sheet.Height).Any(row =>
            Enumerable.Range(from, to - from).Any(column => sheet[0, row, column] > 200 && sheet[1, row, column] < 60
                && sheet[2, row, column] < 60));
    }

    [Fact]
    public void Figure_4_shows_more_change_at_more_intensity_and_a_lattice_of_whole_patches()
    {
        using Dataset dataset = Grey(32);
        FigureGrid grid = PatchPixelFigure.Grid(dataset);
        Assert.Equal(3, grid.Rows.Count);
        double[] means = [.. grid.Rows[0].Select(t => t.Picture!.Pixels.Average(v => (double)v))];
        Assert.Equal(means.Order(), means);
        Assert.Equal(means[0] + 8 / 4.0, means[1], 1e-9);
        Assert.All(grid.Rows.Skip(1).SelectMany(r => r), t => Assert.Equal((4, 0), (t.Lattice, t.Picture!.Width % t.Lattice)));
        // Marked pixels of a 16x16 part: lattice, moved, gap 3, checkerboard, one a patch of 4.
        Assert.Equal([64, 64, 16, 128, 16], grid.Rows[2].Select(t => t.Picture!.Pixels.Take(256).Count(v => v > 200)));
    }

    [Fact]
    public void Figure_6_shows_every_attack_and_says_which_is_not_prepared()
    {
        using Dataset dataset = Grey(32);
        (string, Attack?)[] attacks = [.. SampleAttacks.Ready().Select(n => (n.Data, (Attack?)SampleAttacks.Make(n.Data))),
            ("learned", null)];
        FigureGrid grid = AttackGalleryFigure.Grid(dataset, attacks, index: 3);
        FigureTile[] tiles = [.. grid.Rows.SelectMany(r => r)];
        Assert.Equal(2 * (attacks.Length + 1), tiles.Length);
        Assert.Equal(["clean", .. attacks.Select(a => a.Item1)], grid.Rows.Where((_, i) => i % 2 == 0).SelectMany(r => r)
            .Select(t => t.Caption[0]));
        Assert.Equal("not prepared", tiles.Single(t => t.Caption[0] == "learned").Note);
        Assert.Equal(2, tiles.Count(t => t.Picture is null));
        Assert.True(grid.Draw().Width > 7 * 160);
        Assert.Contains("there is no test picture 10",
            Assert.Throws<InputException>(() => AttackGalleryFigure.Draw(dataset, attacks, 10)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Captions_are_set_with_a_font_and_without_one(bool dots)
    {
        var white = new RgbImage(8, 8, [.. Enumerable.Repeat((byte)255, 3 * 64)]);
        FigureGrid Grid(params string[] caption) => new([[new FigureTile(white, caption)]], 200) { Dots = dots };
        Assert.Equal(0, Ink(Grid("").Draw()));
        int inked = Ink(Grid("badnets 0.1%").Draw());
        Assert.InRange(inked, 100, 2000);
        RgbImage longer = Grid(new string('m', 200)).Draw();
        Assert.Equal(Grid("m").Draw().Width, longer.Width);
        Assert.InRange(Ink(longer), inked, 5000);

        static int Ink(RgbImage sheet) => sheet.Pixels.Take(sheet.Width * sheet.Height).Count(v => v < 128);
    }

    [Fact]
    public void A_learned_attack_that_is_not_in_the_cache_is_not_made_for_a_figure()
    {
        using var folder = new TemporaryFolder();
        using Dataset dataset = Grey(32);
        var context = new PreparationContext(dataset, folder.File("cache"), 1, new NoProgress(), CancellationToken.None)
        {
            FromCacheOnly = true,
        };
        Assert.Throws<ArtifactMissingException>(() => SampleAttacks.Make("clb").Prepare(context));
        Assert.False(Directory.Exists(folder.File("cache")));
    }

    private static Dataset Grey(int size)
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)120, 10 * 3 * size * size)];
        MemoryImageSet set = new(size, pixels, [.. Enumerable.Range(0, 10)], Cifar10.ClassNames);
        return new Dataset("grey", set, set, size, [0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f], 0, "flip-crop", "made for a test");
    }

    private sealed class NoProgress : IPreparationProgress
    {
        public void Report(string ingredient, double fraction, string detail) => Assert.Fail($"{ingredient} is being made");
    }
}
