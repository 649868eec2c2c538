using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Postern.Kernels;
using Postern.Models.Ops;
using Postern.Native;
using Postern.Native.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Gpu;

/// <summary>What the driver answers, and that each error is one line with its cure.</summary>
[LongGroup("Gpu")]
[Collection(EmulatedCard.Collection)]
public class CudaDriverTests
{
    public static TheoryData<int> Codes() => [.. CudaError.Codes, 12345];

    [Fact]
    public void A_machine_without_the_driver_says_so_in_one_line_and_what_to_do()
    {
        string message = Assert.Throws<InputException>(() => CudaDriver.Open("libcuda-of-nowhere.so.1")).Message;
        Assert.Contains("libcuda-of-nowhere.so.1 is not on this machine", message, StringComparison.Ordinal);
        Assert.Contains("device: cpu", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_tells_its_version_and_cards()
    {
        CudaDriver driver = EmulatedCard.Driver;
        Assert.Equal(new Version(13, 0), driver.Version);
        Assert.Equal([new CudaCard(0, "Emulated card", 8L << 30, new Version(9, 0))], driver.Cards);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_answer_of_the_driver_is_one_line_with_the_call_the_code_and_the_cure(int code)
    {
        using IDisposable fault = EmulatedCard.Fault("cuInit", code);
        string message = Assert.Throws<InputException>(() => EmulatedCard.Driver).Message;
        Assert.Matches($@"^CUDA driver: cuInit answered \S.* \({code}\); .{{15,}}$", message);
    }

    [Theory]
    [InlineData("cuDriverGetVersion")]
    [InlineData("cuDeviceGetCount")]
    [InlineData("cuDeviceGet")]
    [InlineData("cuDeviceGetName")]
    [InlineData("cuDeviceTotalMem_v2")]
    [InlineData("cuDeviceGetAttribute")]
    [InlineData("cuDevicePrimaryCtxRetain")]
    [InlineData("cuCtxPushCurrent_v2")]
    [InlineData("cuModuleLoadDataEx")]
    [InlineData("cuModuleGetFunction")]
    [InlineData("cuLaunchKernel")]
    [InlineData("cuCtxSynchronize")]
    public void Any_call_may_fail(string function)
    {
        using IDisposable fault = EmulatedCard.Fault(function, 999);
        string message = Assert.Throws<InputException>(() =>
        {
            var module = new CudaModule(EmulatedCard.Driver, 0, GpuKernels.Ptx, GpuKernels.Block);
            using Tensor parts = zeros(2, 3);
            using Tensor sum = CudaTensors.Sum(module, parts);
            module.Synchronize();
        }).Message;
        Assert.StartsWith($"CUDA driver: {function} answered", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_text_is_told_with_what_the_drivers_compiler_said()
    {
        string message = Assert.Throws<InputException>(
            () => new CudaModule(EmulatedCard.Driver, 0, "nonsense", GpuKernels.Block)).Message;
        Assert.Matches("^CUDA driver: cuModuleLoadDataEx answered CUDA_ERROR_INVALID_PTX .*Missing .version directive.*newer",
            message);
    }

    [Fact]
    public void A_driver_tells_what_is_free_on_a_card()
    {
        Assert.Equal(6L << 30, CardMemory.Free(EmulatedCard.Driver, 0));
        Assert.Null(CardMemory.Free(EmulatedCard.Driver, 5));
        using (EmulatedCard.Fault("cuMemGetInfo_v2", 999)) Assert.Null(CardMemory.Free(EmulatedCard.Driver, 0));
    }

    [Theory]
    [InlineData("cuEventCreate")]
    [InlineData("cuEventRecord")]
    [InlineData("cuEventSynchronize")]
    [InlineData("cuEventDestroy_v2")]
    public void A_mark_is_waited_for_and_any_of_its_calls_may_fail(string function)
    {
        new CudaMark(EmulatedCard.Driver, 0).Wait();
        using IDisposable fault = EmulatedCard.Fault(function, 700);
        string message = Assert.Throws<InputException>(() => new CudaMark(EmulatedCard.Driver, 0).Wait()).Message;
        Assert.StartsWith($"CUDA driver: {function} answered CUDA_ERROR_ILLEGAL_ADDRESS (700)", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_is_not_there_is_told()
    {
        string message = Assert.Throws<InputException>(
            () => new CudaModule(EmulatedCard.Driver, 3, GpuKernels.Ptx, GpuKernels.Block)).Message;
        Assert.Contains("no card of that number", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_backward_pass_gives_zeros_and_is_thrown_by_the_next_forward_pass()
    {
        using DisposeScope scope = NewDisposeScope();
        IModelOps ops = EmulatedCard.Ops;
        Tensor x = ones(1, 4, 8).requires_grad_(), weight = ones(8).requires_grad_();
        Tensor normed = ops.AddNorm(x, null, weight, ScalarType.Float32).Normed;
        using (EmulatedCard.Fault("cuLaunchKernel", 2)) normed.sum().backward();
        Assert.Equal(0, x.grad!.abs().max().item<float>());
        string message = Assert.Throws<InputException>(() => ops.AddNorm(x, null, weight, ScalarType.Float32)).Message;
        Assert.Contains("lower batch_size", message, StringComparison.Ordinal);
        Assert.True(ops.AddNorm(x, null, weight, ScalarType.Float32).Normed.isfinite().all().item<bool>());
    }

    [Fact]
    public void Both_languages_agree_on_what_kernels_are_given()
    {
        foreach (string kernel in Regex.Matches(GpuKernels.Ptx, @"\.entry (\w+)\(").Select(m => m.Groups[1].Value))
        {
            int size = kernel.Split('_')[0] switch
            {
                "scan" => Marshal.SizeOf<GpuScanCall>(),
                "gate" => Marshal.SizeOf<GpuGateCall>(),
                "conv" => Marshal.SizeOf<GpuConvCall>(),
                "norm" => Marshal.SizeOf<GpuNormCall>(),
                _ => Marshal.SizeOf<GpuSumCall>(),
            };
            Assert.Equal(EmulatedCard.SizeOfCall(kernel), size);
        }
    }
}
