using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Tests.Kernels;

/// <summary>Enlarging and warping equal the tensor library's own.</summary>
public class ImageKernelTests
{
    [Theory]
    [InlineData(4, 32)]
    [InlineData(4, 224)]
    [InlineData(2, 33)]
    [InlineData(7, 7)]
    [InlineData(9, 4)]
    [InlineData(1, 5)]
    public void Bicubic_enlarging_equals_the_tensor_library(int from, int to)
    {
        float[] source = Values("source", from * from, -2, 2), target = new float[to * to];
        BicubicUpsampling.AlignCorners(source, from, target, to);
        using Tensor expected = nn.functional.interpolate(
            tensor(source, [1, 1, from, from]), [to, to], mode: InterpolationMode.Bicubic, align_corners: true);
        AssertNear(expected, target, 1e-5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    [InlineData(45)]
    [InlineData(224)]
    public void Warping_equals_the_tensor_library(int size)
    {
        float[] grid = [.. Values("grid", 2 * size * size, -1.1, 1.1).Select(v => Math.Clamp(v, -1f, 1f))];
        float[] picture = Values("picture", 3 * size * size, 0, 1);
        using Tensor expected = nn.functional.grid_sample(
            tensor(picture, [1, 3, size, size]), tensor(grid, [2, size, size]).permute(1, 2, 0).unsqueeze(0),
            GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: true);
        BilinearWarp.Apply(grid, picture, size);
        AssertNear(expected, picture, 1e-4);
    }

    [Fact]
    public void A_grid_that_leaves_the_picture_is_taken_as_its_edge()
    {
        float[] picture = [.. Enumerable.Range(0, 12).Select(v => (float)v)];
        BilinearWarp.Apply([-9, 9, float.NaN, 3, -2, -1, 4, 5], picture, 2);
        Assert.Equal([0f, 1f], picture[..2]);
        Assert.Equal(3f, picture[3]);
    }

    [Fact]
    public void Spans_of_another_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BilinearWarp.Apply(new float[8], new float[11], 2));
        Assert.Throws<ArgumentException>(() => BilinearWarp.Apply(new float[7], new float[12], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BilinearWarp.Apply(new float[2], new float[3], 1));
        Assert.Throws<ArgumentException>(() => BicubicUpsampling.AlignCorners(new float[15], 4, new float[64], 8));
        Assert.Throws<ArgumentException>(() => BicubicUpsampling.AlignCorners(new float[16], 4, new float[63], 8));
    }

    private static float[] Values(string name, int count, double low, double high)
    {
        RandomStream stream = RandomStream.For(1, name, count);
        return [.. Enumerable.Range(0, count).Select(_ => (float)stream.NextDouble(low, high))];
    }

    private static void AssertNear(Tensor expected, float[] found, double tolerance) =>
        Assert.All(expected.data<float>().ToArray().Zip(found), v => Assert.Equal(v.First, v.Second, tolerance));
}
