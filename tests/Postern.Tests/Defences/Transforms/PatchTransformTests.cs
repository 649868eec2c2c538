using FsCheck;
using FsCheck.Fluent;
using Postern.Configuration;
using Postern.Defences;
using Postern.Defences.Transforms;
using Postern.Kernels;
using Postern.Training.Input;

namespace Postern.Tests.Defences.Transforms;

public class PatchTransformTests
{
    private static IInputTransform Make(string name, params (string Key, string Value)[] options) =>
        SampleDefences.Make(name, options).InTraining!;

    private static float[] Picture(int size, int seed)
    {
        RandomStream stream = RandomStream.For(seed, "picture");
        float[] pixels = new float[3 * size * size];
        // Above 0, so that a dropped pixel is told from a dark one.
        foreach (ref float pixel in pixels.AsSpan()) pixel = 0.01f + 0.99f * (float)stream.NextDouble();
        return pixels;
    }

    private static float[] After(IInputTransform defence, float[] picture, int size, SamplePlace place)
    {
        float[] changed = [.. picture];
        defence.Apply(changed, size, place);
        return changed;
    }

    /// <summary>The pixels of each cell, over all channels.</summary>
    private static float[][] CellsOf(float[] picture, int size, int cell) =>
    [
        .. from top in Enumerable.Range(0, size / cell)
           from left in Enumerable.Range(0, size / cell)
           select (float[])[.. from c in Enumerable.Range(0, 3)
                               from y in Enumerable.Range(0, cell)
                               from x in Enumerable.Range(0, cell)
                               select picture[(c * size + top * cell + y) * size + left * cell + x]],
    ];

    private static readonly Gen<(int Size, int Cell, int Seed)> Cases =
        from cell in Gen.Elements(2, 4, 7, 16)
        from count in Gen.Choose(1, 9)
        from seed in Gen.Choose(0, 100_000)
        select (cell * count, cell, seed);

    [Fact]
    public void A_drop_blackens_whole_cells_and_as_many_as_the_rate_says() =>
        Prop.ForAll((from c in Cases from rate in Gen.Choose(0, 100) select (c, rate)).ToArbitrary(), drawn =>
        {
            ((int size, int cell, int seed), int rate) = drawn;
            string share = $"0.{rate:00}".Replace("0.100", "1", StringComparison.Ordinal);
            IInputTransform defence = Make("patch-drop", ("cell_size", $"{cell}"), ("drop_rate", share));
            float[] clean = Picture(size, seed), changed = After(defence, clean, size, new SamplePlace(seed, 1, 2, 3));
            float[][] before = CellsOf(clean, size, cell), after = CellsOf(changed, size, cell);
            bool[] black = [.. after.Select(c => c.All(v => v == 0))];
            return black.Count(b => b) == before.Length * rate / 100
                && before.Zip(after).Where((_, i) => !black[i]).All(p => p.First.AsSpan().SequenceEqual(p.Second));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithQuietOnSuccess(true));

    [Fact]
    public void A_shuffle_keeps_every_cell_intact_and_only_moves_it() =>
        Prop.ForAll(Cases.ToArbitrary(), drawn =>
        {
            (int size, int cell, int seed) = drawn;
            IInputTransform defence = Make("patch-shuffle", ("cell_size", $"{cell}"));
            float[] clean = Picture(size, seed), changed = After(defence, clean, size, new SamplePlace(seed, 1, 2, 3));
            string[] Keys(float[] picture) => [.. CellsOf(picture, size, cell)
                .Select(c => string.Join(' ', c)).Order(StringComparer.Ordinal)];
            return Keys(clean).SequenceEqual(Keys(changed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithQuietOnSuccess(true));

    [Fact]
    public void Kang_s_shuffle_leaves_every_cell_in_its_place_and_moves_its_pixels_whole() =>
        Prop.ForAll(Cases.ToArbitrary(), drawn =>
        {
            (int size, int cell, int seed) = drawn;
            IInputTransform defence = Make("patch-shuffle", ("cell_size", $"{cell}"), ("shuffle", "pixels"));
            float[] clean = Picture(size, seed), changed = After(defence, clean, size, new SamplePlace(seed, 1, 2, 3));
            // A pixel is its three channels; those of each cell are the same before and after, in another order.
            (float, float, float)[] Pixels(float[] c) =>
                [.. Enumerable.Range(0, cell * cell).Select(i => (c[i], c[cell * cell + i], c[2 * cell * cell + i])).Order()];
            return CellsOf(clean, size, cell).Zip(CellsOf(changed, size, cell))
                .All(c => Pixels(c.First).SequenceEqual(Pixels(c.Second)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithQuietOnSuccess(true));

    [Fact]
    public void Kang_s_shuffle_draws_an_order_of_its_own_for_each_cell()
    {
        IInputTransform defence = Make("patch-shuffle", ("cell_size", "4"), ("shuffle", "pixels"));
        float[] ramp = [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => (float)(i / 32 % 32 % 4 * 4 + i % 32 % 4))];
        string[] orders = [.. CellsOf(After(defence, ramp, 32, default), 32, 4).Select(c => string.Join(' ', c))];
        Assert.Equal(64, orders.Distinct().Count());
    }

    [Fact]
    public void The_reading_of_shuffle_leaves_no_trace_where_it_is_the_paper_s()
    {
        OptionInfo shuffle = Assert.Single(DefenceCatalog.All.Get("patch-shuffle", "test").Options, o => o.Name == "shuffle");
        Assert.Equal(("cells", "cells", true), (shuffle.Default, shuffle.Neutral, shuffle.DecidesTraining));
    }

    [Theory]
    [InlineData("patch-drop")]
    [InlineData("patch-shuffle")]
    public void A_draw_is_a_function_of_seed_pass_and_picture_and_of_the_batch_only_where_asked(string name)
    {
        float[] clean = Picture(32, 1);
        IInputTransform own = Make(name), shared = Make(name, ("draw", "batch"));
        var place = new SamplePlace(1, 2, 3, 4);
        Assert.Equal(After(own, clean, 32, place), After(own, clean, 32, place));
        Assert.Equal(After(own, clean, 32, place), After(own, clean, 32, place with { Batch = 9 }));
        Assert.Equal(After(shared, clean, 32, place), After(shared, clean, 32, place with { Index = 9 }));
        SamplePlace[] others = [place with { Seed = 9 }, place with { Epoch = 9 }, place with { Index = 9 },
            place with { Showing = 1 }, place with { Showing = 2 }];
        foreach (SamplePlace other in others)
            Assert.NotEqual(After(own, clean, 32, place), After(own, clean, 32, other));
        Assert.NotEqual(After(shared, clean, 32, place), After(shared, clean, 32, place with { Batch = 9 }));
    }

    [Theory]
    [InlineData(32, 0, 0, 4)]
    [InlineData(224, 0, 0, 16)]
    [InlineData(224, 14, 0, 14)]
    [InlineData(224, 0, 16, 14)]
    public void Cells_are_a_models_patches_unless_said_otherwise(int size, int pixels, int perSide, int cell) =>
        Assert.Equal(new PatchGrid(size, cell), new CellOptions(pixels, perSide, "x").GridOf(size));

    [Theory]
    [InlineData(5, 0, "cells of 5 pixels do not fill pictures of 32 pixels")]
    [InlineData(0, 5, "5 cells a side do not divide pictures of 32 pixels")]
    [InlineData(64, 0, "cells of 64 pixels do not fill pictures of 32 pixels")]
    [InlineData(0, 33, "33 cells a side do not divide pictures of 32 pixels")]
    public void Cells_that_do_not_fit_are_one_line(int pixels, int perSide, string expected)
    {
        var cells = new CellOptions(pixels, perSide, "patch-drop");
        Assert.Contains(expected, Assert.Throws<InputException>(() => cells.GridOf(32)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.5", 0.5f, 0.5f)]
    [InlineData("mean", 0.2f, 0.4f)]
    public void Dropped_cells_become_what_fill_says(string fill, float red, float blue)
    {
        float[] changed = After(Make("patch-drop", ("drop_rate", "1"), ("fill", fill)), Picture(32, 1), 32, default);
        Assert.All(changed[..1024], v => Assert.Equal(red, v));
        Assert.All(changed[2048..], v => Assert.Equal(blue, v));
    }

    [Theory]
    [InlineData("patch-drop", "fill", "black", "fill is 'black', expected a value from 0 to 1, or 'mean'")]
    [InlineData("patch-drop", "fill", "1.5", "fill is '1.5'")]
    public void A_fill_that_is_none_is_one_line(string name, string key, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Make(name, (key, value))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Both_ways_to_say_the_cells_at_once_are_refused() =>
        Assert.Throws<InputException>(() => Make("patch-drop", ("cell_size", "4"), ("cells_per_side", "8")));

    [Theory]
    [InlineData("train", true, false, false, "patch-drop")]
    [InlineData("test", false, true, false, "none")]
    [InlineData("both", true, true, false, "patch-drop")]
    [InlineData("detect", false, false, true, "none")]
    public void A_protocol_says_where_it_is_used_and_which_training_it_shares(string protocol, bool training, bool tests,
        bool detects, string shared)
    {
        Choice choice = SampleDefences.Choose("patch-drop", ("protocol", protocol), ("drop_rate", "0.4"), ("trials", "6"));
        Defence defence = DefenceCatalog.Create(choice, SampleDefences.Stripes());
        Assert.Equal((training, tests, detects), (defence.InTraining is not null, defence.InTests is not null,
            defence.Detector is not null));
        Assert.Equal(detects ? 7 : 0, DefenceCatalog.ExtraTestPasses(choice));
        Choice part = DefenceCatalog.TrainingPart(choice);
        Assert.Equal(shared, part.Name);
        if (shared != "none") Assert.Equal(("train", "0.4"), (part.Word("protocol"), part.Values["drop_rate"]));
    }
}
