using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class SignsTests
{
    [Fact]
    public void A_picture_is_a_function_of_seed_split_and_index_whatever_the_thread()
    {
        byte[][] alone = [.. Enumerable.Range(0, 48).Select(i => Signs.Draw(3, DatasetSplit.Train, i).Pixels)];
        byte[][] together = new byte[48][];
        Parallel.For(0, 48, i => together[47 - i] = Signs.Draw(3, DatasetSplit.Train, 47 - i).Pixels);
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Seed_split_and_index_each_give_another_picture()
    {
        byte[] picture = Signs.Draw(0, DatasetSplit.Train, 5).Pixels;
        Assert.NotEqual(picture, Signs.Draw(1, DatasetSplit.Train, 5).Pixels);
        Assert.NotEqual(picture, Signs.Draw(0, DatasetSplit.Test, 5).Pixels);
        Assert.NotEqual(picture, Signs.Draw(0, DatasetSplit.Train, 6).Pixels);
    }

    [Fact]
    public void Every_sixteen_pictures_show_each_sign_once()
    {
        for (int block = 0; block < 5; block++)
        {
            int[] labels = [.. Enumerable.Range(16 * block, 16).Select(i => Signs.LabelOf(7, DatasetSplit.Test, i))];
            Assert.Equal(Enumerable.Range(0, 16), labels.Order());
        }
    }

    [Fact]
    public void The_dataset_holds_what_draw_gives()
    {
        using Dataset signs = Open(("train", "33"), ("test", "17"), ("data_seed", "4"));
        Assert.Equal((33, 17, 16), (signs.Train.Count, signs.Test.Count, signs.Classes));
        byte[] pixels = new byte[3 * 32 * 32];
        signs.Test.Read(16, pixels);
        Assert.Equal(Signs.Draw(4, DatasetSplit.Test, 16).Pixels, pixels);
        Assert.Equal(Signs.LabelOf(4, DatasetSplit.Test, 16), signs.Test.Labels[16]);
    }

    [Fact]
    public void More_pictures_leave_the_first_ones_as_they_are()
    {
        using Dataset few = Open(("train", "10"), ("test", "1")), many = Open(("train", "40"), ("test", "1"));
        byte[] a = new byte[3 * 32 * 32], b = new byte[a.Length];
        few.Train.Read(9, a);
        many.Train.Read(9, b);
        Assert.Equal(a, b);
    }

    [Fact]
    public void The_normalisation_is_that_of_the_pictures()
    {
        using Dataset signs = Open(("train", "800"), ("test", "1"));
        byte[] pixels = new byte[3 * 32 * 32];
        double[] sum = new double[3], squares = new double[3];
        for (int i = 0; i < signs.Train.Count; i++)
        {
            signs.Train.Read(i, pixels);
            for (int j = 0; j < pixels.Length; j++)
            {
                double value = pixels[j] / 255.0;
                sum[j / 1024] += value;
                squares[j / 1024] += value * value;
            }
        }
        for (int c = 0; c < 3; c++)
        {
            double mean = sum[c] / (800 * 1024), deviation = Math.Sqrt(squares[c] / (800 * 1024) - mean * mean);
            Assert.InRange(mean - signs.Mean[c], -0.02, 0.02);
            Assert.InRange(deviation - signs.Std[c], -0.02, 0.02);
        }
    }

    [Fact]
    public void Equal_seeds_have_equal_fingerprints_and_splits_have_different_ones()
    {
        using Dataset one = Open(("train", "16"), ("test", "16")), two = Open(("train", "16"), ("test", "16"));
        Assert.Equal(one.Train.Fingerprint, two.Train.Fingerprint);
        Assert.NotEqual(one.Train.Fingerprint, one.Test.Fingerprint);
        Assert.Matches("^[0-9a-f]{64}$", one.Train.Fingerprint);
    }

    private static Dataset Open(params (string Key, string Value)[] options)
    {
        ICatalogEntry entry = DatasetCatalog.All.Single(e => e.Name == "signs");
        return DatasetCatalog.Open(new Choice(entry, options.ToDictionary(o => o.Key, o => o.Value)));
    }
}
