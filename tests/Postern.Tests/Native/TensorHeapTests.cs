using Postern.Models.Ops;
using Postern.Native;
using Postern.Tests.Native.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Native;

public class TensorHeapTests
{
    private const string Variable = "POSTERN_TEST_TENSOR_HEAP";

    public TensorHeapTests()
    {
        if (TensorHeap.Unavailable is string why) Assert.Skip(why);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TensorHeap.SmallestBlock - 1)]
    [InlineData(TensorHeap.SmallestBlock)]
    [InlineData(TensorHeap.SmallestBlock + 1)]
    [InlineData(40_000_001)]
    public void Tensors_of_every_size_are_aligned_and_hold_what_is_written(int bytes)
    {
        for (int i = 0; i < 5; i++)
        {
            using Tensor tensor = torch.full(bytes, i, dtype: ScalarType.Byte);
            Assert.Equal(0, FirstByte(tensor) % TensorHeap.Alignment);
            Assert.True(tensor.eq(i).all().item<bool>());
        }
    }

    // libtorch finds out their size on the way, and lets what it has grow.
    [Fact]
    public void Tensors_of_a_size_that_is_not_known_beforehand_hold_what_they_should()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = arange(200_000);
        Assert.True(all.eq(all).nonzero().squeeze(1).eq(all.to_type(ScalarType.Int64)).all().item<bool>());
        Assert.True(all.masked_select(all.remainder(2).eq(0)).eq(arange(0, 200_000, 2)).all().item<bool>());
    }

    // Its blocks come without a tensor, and how one is freed is asked for later.
    [Fact]
    public void Memory_that_oneDNN_asks_for_comes_and_goes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = ones(4, 16, 64, 64), weights = ones(16, 16, 3, 3);
        for (int i = 0; i < 20; i++)
            Assert.Equal(16 * 9, nn.functional.conv2d(images, weights, padding: [1, 1])[0, 0, 32, 32].item<float>());
    }

    [Fact]
    public void A_tensor_too_large_for_any_memory_is_an_exception_as_ever_and_the_next_one_is_made()
    {
        Exception thrown = Assert.ThrowsAny<Exception>(() => empty(1L << 50, dtype: ScalarType.Byte));
        Assert.Contains("can't allocate memory", thrown.Message, StringComparison.Ordinal);
        using Tensor next = ones(1 << 20);
        Assert.Equal(1 << 20, next.sum().item<float>());
    }

    [Fact]
    [LongGroup("Fault")]
    public void Tensors_made_where_others_were_freed_take_no_more_memory()
    {
        (int code, string output) = TestProcess.Run(
            ["-method", $"{typeof(TensorHeapTests).FullName}.{nameof(Takes_no_more_memory)}"], (Variable, "1"));
        Assert.True(code == 0, $"exit code {code}: {output}");
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    // Small ones that stay keep holes from growing together.
    [Fact]
    public void Takes_no_more_memory()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            Assert.Skip("the other test runs it in a process that does nothing else");
        const int rounds = 100, floats = 1 << 20;
        long before = NativeHeap.Held()!.Value;
        List<Tensor> stay = [];
        Tensor large = zeros(floats);
        for (int round = 0; round < rounds; round++)
        {
            Tensor next = zeros(floats);
            stay.Add(zeros(20));
            large.Dispose();
            large = next;
        }
        foreach (Tensor tensor in stay.Append(large)) tensor.Dispose();
        double taken = (NativeHeap.Held()!.Value - before) / (double)(floats * sizeof(float));
        Assert.True(taken < 5, $"{taken:f1} tensors' memory is held, of which two were in use");
    }

    private static long FirstByte(Tensor tensor) => tensor.numel() == 0 ? 0 : TensorRows.FirstElement(tensor.Handle);
}
