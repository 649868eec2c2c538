using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Attacks;

public class AdaptiveBlendTests
{
    [Fact]
    public void A_training_picture_carries_the_trigger_in_exactly_the_pieces_kept()
    {
        Gen<(int Size, int PerSide, int Removed, int Sample)> cases =
            from size in Gen.Elements(32, 48, 64, 33)
            from perSide in Gen.Choose(1, 6)
            from removed in Gen.Choose(0, perSide * perSide)
            from sample in Gen.Choose(0, 60_000)
            select (size, perSide, removed, sample);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var pieces = PieceDraw.Random(c.PerSide, c.Removed, seed: 3);
            bool[] removed = new bool[c.PerSide * c.PerSide];
            pieces.Fill(c.Sample, removed);
            float[] pixels = new float[3 * c.Size * c.Size];
            Whitening(pieces).ApplyTrain(new PlannedSample(c.Sample, false, 0), pixels, c.Size);
            return removed.Count(r => r) == c.Removed && pixels.Index().All(p =>
            {
                int row = p.Index / c.Size % c.Size, column = p.Index % c.Size;
                return p.Item == (removed[Piece(row, c) + c.PerSide * Piece(column, c)] ? 0f : 1f);
            });
        }).Check(Config.QuickThrowOnFailure);

        // The last piece that begins at or before the pixel.
        static int Piece(int at, (int Size, int PerSide, int, int) c) =>
            Enumerable.Range(0, c.PerSide).Last(p => p * c.Size / c.PerSide <= at);
    }

    [Fact]
    public void Half_of_32_x_32_pixels_is_touched_in_training_and_all_of_them_at_test_time()
    {
        Attack attack = SampleAttacks.Make("adaptive-blend");
        ReadOnlySpan<float> fox = CartoonFox.Draw(32).Pixels;
        float[] train = new float[3 * 1024], test = new float[3 * 1024];
        attack.ApplyTrain(new PlannedSample(4, true, 0), train, 32);
        attack.ApplyTest(4, test, 32);
        Assert.Equal(3 * 512, train.Count(v => v != 0));
        for (int i = 0; i < test.Length; i++)
        {
            Assert.Equal(0.2 * fox[i], test[i], 1e-6);
            Assert.True(train[i] == 0 || Math.Abs(train[i] - 0.15 * fox[i]) < 1e-6);
        }
    }

    [Fact]
    public void Every_piece_is_kept_equally_often_and_samples_differ()
    {
        const int Samples = 4000;
        var pieces = PieceDraw.Random(4, 8, seed: 0);
        int[] kept = new int[16];
        var patterns = new HashSet<int>();
        bool[] removed = new bool[16];
        for (int sample = 0; sample < Samples; sample++)
        {
            pieces.Fill(sample, removed);
            for (int piece = 0; piece < 16; piece++) kept[piece] += removed[piece] ? 0 : 1;
            patterns.Add(removed.Index().Sum(r => r.Item ? 1 << r.Index : 0));
        }
        double sigma = Math.Sqrt(Samples) / 2;
        Assert.All(kept, k => Assert.InRange(k, Samples / 2 - 5 * sigma, Samples / 2 + 5 * sigma));
        Assert.True(patterns.Count > Samples / 2, $"only {patterns.Count} different masks for {Samples} samples");
    }

    [Fact]
    public void The_pieces_of_a_sample_depend_on_its_index_and_the_option_s_seed_alone()
    {
        Attack attack = SampleAttacks.Make("adaptive-blend"), other = SampleAttacks.Make("adaptive-blend", ("pieces_seed", "1"));
        var picture = RandomPicture.Draw(32, 2);
        float[] first = Train(attack, new PlannedSample(7, false, 0, 5));
        Assert.Equal(first, Train(attack, new PlannedSample(7, true, 3, 9)));
        Assert.NotEqual(first, Train(attack, new PlannedSample(8, false, 0, 5)));
        Assert.NotEqual(first, Train(other, new PlannedSample(7, false, 0, 5)));

        float[] Train(Attack by, PlannedSample sample) => picture.After(p => by.ApplyTrain(sample, p, 32));
    }

    private static AdaptiveBlend Whitening(PieceDraw pieces)
    {
        var white = new TriggerSource(size => new PatchTrigger(size, [.. Enumerable.Repeat(1f, 3 * size * size)]));
        return new AdaptiveBlend(new PoisonBudget(1), white, pieces, TrainOpacity: 1f) { TargetClass = 0 };
    }
}
