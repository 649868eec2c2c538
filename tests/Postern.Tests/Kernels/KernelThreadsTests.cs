using Postern.Kernels;

namespace Postern.Tests.Kernels;

/// <summary>One class, so that no two tests set the thread count at once.</summary>
public sealed class KernelThreadsTests : IDisposable
{
    private readonly int before = KernelThreads.Count;

    public void Dispose() => KernelThreads.Count = before;

    [Theory]
    [InlineData(5, 17, 260, 1, false)]
    [InlineData(1, 9, 1100, 2, false)]
    [InlineData(3, 9, 70, 1, true)]
    public void Any_number_of_threads_scans_to_the_same_bits(int batch, int length, int channels, int groups, bool constant)
    {
        var scan = new ScanCase(
            new SelectiveScanShape(batch, length, channels, 16) { Groups = groups, ConstantB = constant, DeltaSoftplus = true });
        AssertSameBits(() => [.. scan.Forward(SimdPath.Auto).Values, .. scan.Backward(SimdPath.Auto).Values]);
    }

    [Theory]
    [InlineData(5, 17, 300, ConvWays.Both)]
    [InlineData(70, 5, 40, ConvWays.Both)]
    [InlineData(1, 9, 7, ConvWays.Ahead)]
    public void Any_number_of_threads_convolves_to_the_same_bits(int batch, int length, int channels, ConvWays ways)
    {
        var conv = new ConvCase(new CausalConvShape(batch, length, channels, 4));
        AssertSameBits(() => [.. conv.Forward(SimdPath.Auto, ways).Values, .. conv.Backward(SimdPath.Auto, ways).Values]);
    }

    [Theory]
    [InlineData(70, 5, 4, 100)]
    [InlineData(1, 9, 9, 200)]
    public void Any_number_of_threads_convolves_maps_to_the_same_bits(int batch, int height, int width, int channels) =>
        AssertSameBits(() => DepthwiseConvTests.Run(
            new DepthwiseShape(batch, height, width, channels, 7), 0, RowElement.Float32, SimdPath.Auto));

    [Fact]
    public void Any_number_of_threads_makes_layer_norms_to_the_same_bits() =>
        AssertSameBits(() => LayerNormTests.Compute(700, 37, two: true, RowElement.Float32, RowElement.Float32, SimdPath.Auto));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public unsafe void Every_item_runs_once(int threads)
    {
        KernelThreads.Count = threads;
        int[] runs = new int[1000];
        KernelThreads.Run(runs.Length, 64, (item, scratch) =>
        {
            Interlocked.Increment(ref runs[item]);
            scratch[63] = item;
        });
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Less_than_one_thread_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => KernelThreads.Count = 0);

    private static void AssertSameBits(Func<float[][]> compute)
    {
        KernelThreads.Count = 1;
        float[][] expected = compute();
        foreach (int threads in new[] { 2, 3, 7, 64 })
        {
            KernelThreads.Count = threads;
            Assert.Equal(expected, compute());
        }
    }
}
