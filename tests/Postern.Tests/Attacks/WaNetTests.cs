using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class WaNetTests
{
    // Largest sum of absolute cubic weights with coefficient -0.75, half way between two samples; once for each axis.
    private const double Overshoot = 1.375 * 1.375;

    private static readonly Gen<(ControlField Field, float Strength, int Size, int Seed)> Cases =
        from side in Gen.Choose(2, 8)
        from seed in Gen.Choose(0, 1000)
        from tenths in Gen.Choose(0, 30)
        from size in Gen.Elements(16, 32, 33, 48, 64)
        select (ControlField.Draw(side, seed), tenths / 10f, size, seed);

    [Fact]
    public void No_pixel_moves_further_than_the_strength_allows()
    {
        Prop.ForAll(Cases.ToArbitrary(), c => Check(c.Field, c.Strength, c.Size, c.Seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(50));
        Assert.True(Check(ControlField.Draw(4, 1), 0.5f, 224, 1));

        static bool Check(ControlField field, float strength, int size, int seed)
        {
            double points = field.Points.ToArray().Max(Math.Abs), shift = strength / 2 * points * Overshoot;
            return new[] { false, true }.All(perImage =>
            {
                var attack = new WaNet(new PoisonBudget(1), field, CoverJitter.Draw(seed, perImage), strength)
                {
                    TargetClass = 0,
                };
                return Moves(size, p => attack.ApplyTest(3, p, size)) <= shift + 1e-3
                    && Moves(size, p => attack.ApplyTrain(new PlannedSample(3, false, 0), p, size)) <= shift + 1e-3
                    && Moves(size, p => attack.ApplyTrain(new PlannedSample(3, true, 0), p, size)) <= shift + 0.5 + 1e-3;
            });
        }
    }

    [Fact]
    public void Poisons_and_test_pictures_move_alike_and_covers_otherwise()
    {
        Attack attack = SampleAttacks.Make("wanet");
        var picture = RandomPicture.Draw(32, 3);
        float[] test = picture.After(p => attack.ApplyTest(0, p, 32));
        Assert.Equal(test, picture.After(p => attack.ApplyTrain(new PlannedSample(7, false, 3), p, 32)));
        Assert.NotEqual(test, picture.After(p => attack.ApplyTrain(new PlannedSample(7, true, 3), p, 32)));
    }

    [Theory]
    [InlineData("shared", true)]
    [InlineData("per-image", false)]
    public void Covers_share_a_jitter_or_have_one_each(string option, bool alike)
    {
        Attack attack = SampleAttacks.Make("wanet", ("cover_jitter", option));
        var picture = RandomPicture.Draw(32, 3);
        float[] one = Cover(1), another = Cover(2);
        Assert.Equal(alike, one.SequenceEqual(another));
        Assert.Equal(one, Cover(1));

        float[] Cover(int index) => picture.After(p => attack.ApplyTrain(new PlannedSample(index, true, index), p, 32));
    }

    [Fact]
    public void Another_field_seed_is_another_trigger_and_another_cell_seed_is_not()
    {
        var picture = RandomPicture.Draw(32, 3);
        Attack attack = SampleAttacks.Make("wanet");
        float[] first = picture.After(p => attack.ApplyTest(0, p, 32));
        Assert.NotEqual(first, picture.After(p => SampleAttacks.Make("wanet", ("field_seed", "1")).ApplyTest(0, p, 32)));
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 10)];
        Assert.NotEqual(attack.Plan(labels, 1).Poisoned, attack.Plan(labels, 2).Poisoned);
        Assert.Equal(first, picture.After(p => attack.ApplyTest(0, p, 32)));
    }

    [Fact]
    public void Without_strength_nothing_moves()
    {
        var picture = RandomPicture.Draw(40, 3);
        float[] same = picture.After(p => SampleAttacks.Make("wanet", ("strength", "0")).ApplyTest(0, p, 40));
        Assert.All(same.Zip(picture.Pixels), v => Assert.Equal(v.Second, v.First, 1e-4));
    }

    [Fact]
    public void Points_have_a_mean_size_of_one_and_keep_their_places_in_the_enlarged_field()
    {
        var field = ControlField.Draw(4, 5);
        Assert.Equal(1, field.Points.ToArray().Average(v => Math.Abs((double)v)), 1e-6);
        float[] enlarged = field.Enlarged(31);
        for (int i = 0; i < 32; i++)
        {
            int direction = i / 16, row = i / 4 % 4, column = i % 4;
            Assert.Equal(field.Points[i], enlarged[direction * 31 * 31 + row * 10 * 31 + column * 10], 1e-5);
        }
    }

    // How far the warp takes any pixel, in pixels: red and green hold the column and the row, which bilinear sampling keeps
    // exact.
    private static double Moves(int size, Action<float[]> warp)
    {
        float[] places = new float[3 * size * size];
        for (int i = 0; i < size * size; i++)
            (places[i], places[size * size + i]) = (i % size / (size - 1f), i / size / (size - 1f));
        warp(places);
        double furthest = 0;
        for (int i = 0; i < size * size; i++)
        {
            furthest = Math.Max(furthest, Math.Abs((double)places[i] * (size - 1) - i % size));
            furthest = Math.Max(furthest, Math.Abs((double)places[size * size + i] * (size - 1) - i / size));
        }
        return furthest;
    }
}
