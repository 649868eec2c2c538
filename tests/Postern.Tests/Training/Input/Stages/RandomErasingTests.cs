using FsCheck;
using FsCheck.Fluent;
using Postern.Imaging;
using Postern.Kernels;
using Postern.Training.Input.Stages;

namespace Postern.Tests.Training.Input.Stages;

public class RandomErasingTests
{
    [Fact]
    public void Boxes_lie_inside_and_have_the_areas_and_aspects_of_the_recipe()
    {
        RandomStream stream = RandomStream.For(1, "test");
        double smallest = 1, largest = 0, flattest = 1, tallest = 1;
        for (int i = 0; i < 20_000; i++)
        {
            PixelBox box = Assert.NotNull(RandomErasing.Draw(224, ref stream));
            Assert.True(box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= 224 && box.Left + box.Width <= 224);
            double area = box.Height * box.Width / (224.0 * 224), aspect = (double)box.Height / box.Width;
            (smallest, largest) = (Math.Min(smallest, area), Math.Max(largest, area));
            (flattest, tallest) = (Math.Min(flattest, aspect), Math.Max(tallest, aspect));
        }
        Assert.InRange(smallest, 0.0185, 0.021);
        Assert.InRange(largest, 0.32, 0.337);
        Assert.InRange(flattest, 0.285, 0.31);
        Assert.InRange(tallest, 3.2, 3.5);
    }

    [Fact]
    public void A_quarter_of_the_pictures_get_one_box_of_standard_normal_noise()
    {
        const int Size = 32;
        int erased = 0, count = 0;
        double sum = 0, squares = 0;
        for (int i = 0; i < 2000; i++)
        {
            float[] picture = new float[3 * Size * Size];
            Array.Fill(picture, 100f);
            RandomStream stream = RandomStream.For(2, "test", i);
            new RandomErasing(0.25).Apply(picture, Size, ref stream, new StageScratch());
            int[] changed = [.. Enumerable.Range(0, picture.Length).Where(p => picture[p] != 100f)];
            if (changed.Length == 0) continue;
            erased++;
            int[] rows = [.. changed.Select(p => p / Size % Size).Distinct()],
                columns = [.. changed.Select(p => p % Size).Distinct()];
            Assert.Equal(3 * (rows.Max() - rows.Min() + 1) * (columns.Max() - columns.Min() + 1), changed.Length);
            count += changed.Length;
            sum += changed.Sum(p => (double)picture[p]);
            squares += changed.Sum(p => (double)picture[p] * picture[p]);
        }
        Assert.InRange(erased, 430, 570);
        Assert.InRange(sum / count, -0.02, 0.02);
        Assert.InRange(squares / count, 0.97, 1.03);
    }

    [Fact]
    public void Pictures_of_any_size_are_erased_in_within_their_borders()
    {
        Gen<(int Seed, int Size)> cases = from seed in Gen.Choose(0, 100_000) from size in Gen.Choose(1, 12) select (seed, size);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            RandomStream stream = RandomStream.For(c.Seed, "test");
            return RandomErasing.Draw(c.Size, ref stream) is not PixelBox box
                || (box.Top >= 0 && box.Left >= 0 && box.Height < c.Size && box.Width < c.Size
                    && box.Top + box.Height <= c.Size && box.Left + box.Width <= c.Size);
        }).Check(Config.QuickThrowOnFailure);
    }
}
