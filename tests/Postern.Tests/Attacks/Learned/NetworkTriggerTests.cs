using Postern.Attacks.Learned;
using static TorchSharp.torch;

namespace Postern.Tests.Attacks.Learned;

public class NetworkTriggerTests
{
    private const int Size = 8, Bytes = 3 * Size * Size * sizeof(float);

    [Theory]
    [InlineData(long.MaxValue, 5)]
    [InlineData(2 * Bytes, 8)]
    [InlineData(0, 10)]
    public void A_picture_is_computed_once_as_far_as_memory_allows_and_always_the_same(long remembered, int computed)
    {
        int calls = 0;
        var trigger = new NetworkTrigger(image =>
        {
            calls++;
            return image.square();
        }, CPU, remembered);
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < 5; i++)
            {
                var picture = RandomPicture.Draw(Size, i);
                Assert.Equal(picture.Pixels.Select(v => v * v), picture.After(p => trigger.Plant(p, Size)));
            }
        }
        Assert.Equal(computed, calls);
    }

    [Fact]
    public void Many_threads_compute_a_picture_once()
    {
        int calls = 0;
        var trigger = new NetworkTrigger(image =>
        {
            Interlocked.Increment(ref calls);
            return image.neg();
        }, CPU);
        var picture = RandomPicture.Draw(Size, 1);
        Parallel.For(0, 64, _ => Assert.Equal(picture.Pixels.Select(v => -v), picture.After(p => trigger.Plant(p, Size))));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_remembered_picture_is_planted_without_allocation()
    {
        var trigger = new NetworkTrigger(image => image.clone(), CPU);
        float[] pixels = RandomPicture.Draw(Size, 1).Pixels;
        for (int i = 0; i < 1000; i++) trigger.Plant(pixels, Size);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) trigger.Plant(pixels, Size);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000 * sizeof(float));
    }
}
