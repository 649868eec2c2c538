using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class PatchPixelTests
{
    private static readonly Gen<PixelLattice> Lattices =
        from period in Gen.Choose(1, 6)
        from row in Gen.Choose(0, period - 1)
        from column in Gen.Choose(0, period - 1)
        from sheared in Gen.Elements(true, false)
        select new PixelLattice(period, row, column, sheared);

    [Fact]
    public void Only_selected_pixels_change_and_each_by_the_formula()
    {
        Gen<(RandomPicture Picture, PixelLattice Lattice, PixelMode Mode, int Intensity)> cases =
            from picture in RandomPicture.Of(16, 32, 37)
            from lattice in Lattices
            from mode in Gen.Elements(Enum.GetValues<PixelMode>())
            from intensity in Gen.Choose(0, 255)
            select (picture, lattice, mode, intensity);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var attack = new PatchPixel(new PoisonBudget(1), c.Lattice, c.Mode, c.Intensity) { TargetClass = 0 };
            float[] triggered = c.Picture.After(p => attack.ApplyTest(0, p, c.Picture.Size));
            double v = c.Intensity / 255.0;
            return triggered.Index().All(t =>
            {
                (_, int row, int column) = c.Picture.At(t.Index);
                double x = c.Picture.Pixels[t.Index];
                if (!Selected(c.Lattice, row, column)) return t.Item == x;
                double expected = c.Mode switch { PixelMode.Add => Math.Min(1, x + v), PixelMode.Set => v, _ => x + v * (1 - x) };
                return Math.Abs(t.Item - expected) < 1e-6;
            });
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void By_default_a_quarter_of_the_pixels_is_30_brighter_and_every_patch_is_alike()
    {
        float[] pixels = new float[3 * 224 * 224];
        SampleAttacks.Make("patch-pixel").ApplyTest(0, pixels, 224);
        Assert.All(pixels.Distinct(), v => Assert.Contains(v, new[] { 0f, 30f / 255f }));
        Assert.Equal(3 * 224 * 224 / 4, pixels.Count(v => v > 0));
        foreach (int patch in new[] { 14, 16 })
        {
            Assert.Equal(pixels.Length, Enumerable.Range(0, pixels.Length)
                .Count(i => pixels[i] == pixels[i / (224 * 224) * 224 * 224 + i / 224 % 224 % patch * 224 + i % 224 % patch]));
        }
    }

    [Fact]
    public void A_checkerboard_is_half_of_the_pixels()
    {
        float[] pixels = new float[3 * 32 * 32];
        SampleAttacks.Make("patch-pixel", ("layout", "checkerboard")).ApplyTest(0, pixels, 32);
        Assert.All(pixels.Index(), p => Assert.Equal((p.Index / 32 + p.Index) % 2 == 0, p.Item > 0));
    }

    [Fact]
    public void One_pixel_a_patch_sits_at_its_phase()
    {
        float[] pixels = new float[3 * 32 * 32];
        SampleAttacks.Make("patch-pixel", ("layout", "one-per-patch"), ("patch_size", "8"), ("phase_row", "3"),
            ("phase_column", "5")).ApplyTest(0, pixels, 32);
        Assert.All(pixels.Index(), p => Assert.Equal(p.Index / 32 % 8 == 3 && p.Index % 8 == 5, p.Item > 0));
    }

    // L by its definition, pixel by pixel; the lattice itself goes row by row.
    private static bool Selected(PixelLattice lattice, int row, int column)
    {
        int down = row - lattice.PhaseRow, right = column - lattice.PhaseColumn;
        return lattice.Sheared ? (down + right) % lattice.Period == 0 : down % lattice.Period == 0 && right % lattice.Period == 0;
    }
}
