using Postern.Kernels;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = Postern.Kernels.BFloat16;

namespace Postern.Tests.Models;

public class TensorRowsTests
{
    [Theory]
    [InlineData(ScalarType.Float32, RowElement.Float32)]
    [InlineData(ScalarType.BFloat16, RowElement.BFloat16)]
    public void The_address_is_that_of_the_first_element_of_a_slice(ScalarType type, RowElement element)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = arange(2 * 5 * 12).to(type).view(2, 5, 12);
        TokenRows all = TensorRows.Of(whole), slice = TensorRows.Of(whole.narrow(2, 4, 8)),
            later = TensorRows.Of(whole.narrow(0, 1, 1));
        Assert.Equal((12, element), (all.Stride, all.Element));
        Assert.Equal((12, element), (slice.Stride, slice.Element));
        Assert.Equal(0, First(all));
        Assert.Equal(4, First(slice));
        Assert.Equal(5 * 12, First(later));
    }

    [Fact]
    public void What_is_written_at_the_address_is_in_the_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = zeros(1, 4, 6, dtype: ScalarType.BFloat16);
        Write(TensorRows.Of(target.narrow(1, 2, 2)), [1, 2, 3]);
        Assert.Equal([1f, 2f, 3f], target.to(ScalarType.Float32).flatten().narrow(0, 12, 3).data<float>().ToArray());
        Assert.Equal(6f, target.to(ScalarType.Float32).sum().item<float>());
        Assert.Equal(0, TensorRows.Of(null).Address);
    }

    [Fact]
    public void Other_types_are_refused()
    {
        using Tensor indices = zeros(3, dtype: ScalarType.Int64);
        Assert.Throws<ArgumentException>(() => TensorRows.Of(indices));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Asking_makes_no_tensor_that_holds_on_to_the_memory(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor tensor = zeros(2, 3, 4, dtype: type);
        nint address = TensorRows.Of(tensor).Address;
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10_000; i++) Assert.Equal(address, TensorRows.Of(tensor).Address);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static unsafe float First(TokenRows rows) =>
        rows.Element == RowElement.BFloat16 ? ((BFloat16*)rows.Address)->AsFloat32 : *(float*)rows.Address;

    private static unsafe void Write(TokenRows rows, float[] values)
    {
        for (int i = 0; i < values.Length; i++) ((BFloat16*)rows.Address)[i] = BFloat16.From(values[i]);
    }
}
