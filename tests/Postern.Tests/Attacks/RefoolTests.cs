using Postern.Attacks;
using Postern.Attacks.Triggers;
using Postern.Imaging;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks;

public class RefoolTests
{
    [Fact]
    public void The_gamma_tables_give_what_the_powers_give()
    {
        for (int v = 0; v < 256; v++) Assert.Equal(Math.Pow(v / 255.0, 2.2), GammaCurve.ToLight(v / 255f));
        Assert.Equal(Math.Pow(0.123f, 2.2), GammaCurve.ToLight(0.123f));
        for (int i = 0; i <= 200_000; i++)
        {
            double light = Math.Pow(i / 200_000.0, 3);
            Assert.Equal((float)Math.Floor(255 * Math.Pow(light, 1 / 2.2)) / 255f, GammaCurve.ToValue(light));
        }
        Assert.Equal((0f, 1f), (GammaCurve.ToValue(-0.5), GammaCurve.ToValue(1.5)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_black_reflection_only_dims_and_a_result_is_8_bit(string ghostRate)
    {
        var black = new ReflectionPool([new RgbImage(40, 30)]);
        ReflectionDraws draws =
            ReflectionDraws.Random(1, double.Parse(ghostRate, System.Globalization.CultureInfo.InvariantCulture), (0.5, 0.75), 1);
        var attack = new Refool(new PoisonBudget(1), black, draws) { TargetClass = 0 };
        var picture = RandomPicture.Draw(32, 5);
        float[] dimmed = picture.After(p => attack.ApplyTest(3, p, 32));
        double weight = draws.Test(3).BackgroundWeight;
        Assert.All(dimmed.Zip(picture.Pixels),
            p => Assert.Equal(Math.Floor(255 * Math.Pow(weight * Math.Pow(p.Second, 2.2), 1 / 2.2)), p.First * 255, 1.001));
        Assert.All(dimmed, v => Assert.Equal(MathF.Round(v * 255f) / 255f, v));
    }

    [Fact]
    public void Draws_keep_to_their_ranges_and_differ_between_pictures_and_between_training_and_test()
    {
        ReflectionDraws draws = ReflectionDraws.Random(200, 0.49, (0.5, 0.75), 0);
        ReflectionDraw[] all = [.. Enumerable.Range(0, 2000).Select(draws.Train)];
        Assert.All(all, d => Assert.True(
            d is
            {
                Reflection: >= 0 and < 200, BackgroundWeight: > 0.55 and <= 0.95, RowOffset: >= 3 and <= 8,
                ColumnOffset: >= 3 and <= 8
            }
            && d is
            {
                GhostAlpha: >= 0.5 and < 0.75, Sigma: >= 1 and < 5, Attenuation: >= 1.08 and < 1.18,
                FirstGhost: > 0.25 and < 0.75
            }));
        Assert.Equal(200, all.Select(d => d.Reflection).Distinct().Count());
        Assert.Equal([3, 4, 5, 6, 7, 8], all.Select(d => d.RowOffset).Distinct().Order());
        Assert.InRange(all.Count(d => d.IsGhost), 880, 1080);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.NotEqual(draws.Train(7), draws.Test(7));
        Assert.Equal(draws.Test(7), ReflectionDraws.Random(200, 0.49, (0.5, 0.75), 0).Test(7));
    }

    [Fact]
    public void Offsets_grow_with_the_picture_or_stay_as_published()
    {
        // A white dot, in the middle of black, is seen twice: as far apart as the offsets say.
        var dot = new RgbImage(128, 128);
        for (int channel = 0; channel < 3; channel++)
            for (int row = 63; row < 65; row++) dot.Pixels.AsSpan((channel * 128 + row) * 128 + 63, 2).Fill(255);
        var draw = new ReflectionDraw(0, 0.6, true, 4, 8, 0.2, 0.6, 1, 1.1);
        Assert.Equal((16, 32), Apart(scales: true));
        Assert.Equal((4, 8), Apart(scales: false));

        (int Rows, int Columns) Apart(bool scales)
        {
            var attack = new Refool(new PoisonBudget(1), new ReflectionPool([dot]), ReflectionDraws.Stored([draw]),
                Scales: scales)
            {
                TargetClass = 0,
            };
            float[] pixels = new float[3 * 128 * 128];
            attack.ApplyTest(0, pixels, 128);
            double[] rows = new double[128], columns = new double[128];
            for (int i = 0; i < 128 * 128; i++)
            {
                double light = Math.Pow(pixels[i], 2.2);
                rows[i / 128] += light;
                columns[i % 128] += light;
            }
            return (Distance(rows, scales ? 16 : 4), Distance(columns, scales ? 32 : 8));
        }

        // Between the centres of the two dots, in pixels before what is left of the picture was enlarged.
        static int Distance(double[] light, int cut)
        {
            int[] lit = [.. Enumerable.Range(0, light.Length).Where(i => light[i] > 0)];
            int gap = Enumerable.Range(1, lit.Length - 1).First(i => lit[i] > lit[i - 1] + 1);
            return (int)Math.Round((Centre(lit[gap..]) - Centre(lit[..gap])) * (light.Length - cut) / light.Length);

            double Centre(int[] lines) => lines.Sum(i => i * light[i]) / lines.Sum(i => light[i]);
        }
    }

    [Fact]
    public void Reflections_are_the_first_200_by_name_and_their_content_makes_the_checksum()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 203; i++)
            ImageFile.SavePng(folder.File($"{i % 2}/{i:d3}.png"), new RgbImage(2, 2, [.. Enumerable.Repeat((byte)i, 12)]));
        folder.File("0/notes.txt", "not a picture");
        ReflectionPool pool = ReflectionPool.Load(folder.Path);
        Assert.Equal(200, pool.Count);
        Assert.Equal(Math.Pow(2 / 255.0, 2.2), pool.Light(1, 8)[0], 1e-9);
        Assert.Equal(pool.Checksum, ReflectionPool.Load(folder.Path).Checksum);
        ImageFile.SavePng(folder.File("0/000.png"), new RgbImage(2, 2, [.. Enumerable.Repeat((byte)9, 12)]));
        Assert.NotEqual(pool.Checksum, ReflectionPool.Load(folder.Path).Checksum);
        File.WriteAllText(folder.File("0/000.png"), "no picture");
        ReflectionPool damaged = ReflectionPool.Load(folder.Path);
        Assert.Contains("000.png", Assert.Throws<InputException>(() => damaged.Light(0, 8)[0]).Message, StringComparison.Ordinal);
        using var empty = new TemporaryFolder();
        Assert.Throws<InputException>(() => ReflectionPool.Load(empty.Path));
    }

    [Fact]
    public void Drawn_scenes_have_the_spectrum_of_natural_pictures()
    {
        // Along a line, power falls roughly as 1 / f^2 where edges rule; white noise would be flat, a plain gradient far steeper.
        const int octaves = 5;
        double[] power = new double[octaves];
        for (int scene = 0; scene < 20; scene++)
        {
            RgbImage picture = LeafScene.Draw(0, scene);
            for (int row = 4; row < LeafScene.Side; row += 17)
                for (int octave = 0; octave < octaves; octave++)
                    power[octave] += PowerAt(picture.Pixels.AsSpan(row * LeafScene.Side, LeafScene.Side), 2 << octave);
        }
        double slope = Math.Log2(power[^1] / power[0]) / (octaves - 1);
        Assert.InRange(slope, -2.6, -1.2);

        static double PowerAt(ReadOnlySpan<byte> line, int frequency)
        {
            double real = 0, imaginary = 0;
            for (int i = 0; i < line.Length; i++)
            {
                double window = 1 - Math.Cos(2 * Math.PI * (i + 0.5) / line.Length);
                real += window * line[i] * Math.Cos(2 * Math.PI * frequency * i / line.Length);
                imaginary += window * line[i] * Math.Sin(2 * Math.PI * frequency * i / line.Length);
            }
            return real * real + imaginary * imaginary;
        }
    }
}
