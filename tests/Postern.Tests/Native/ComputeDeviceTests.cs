using Postern.Native;
using Postern.Native.Cuda;

namespace Postern.Tests.Native;

public class ComputeDeviceTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Another_word_is_refused_with_those_that_there_are(string word) =>
        Assert.Equal($"study.yaml: device is '{word}', expected auto, cpu, cuda or cuda:N",
            Assert.Throws<InputException>(() => ComputeDevice.Resolve(word, "study.yaml")).Message);

    [Fact]
    public void The_processor_is_always_there() => Assert.Same(ComputeDevice.Cpu, ComputeDevice.Resolve("cpu", "study.yaml"));

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:2")]
    public void Without_a_card_auto_is_the_processor_and_a_card_by_name_an_error_that_says_what_to_do(string word)
    {
        if (CudaDriver.Installed is not null) Assert.Skip("this machine has NVIDIA's driver");
        Assert.Same(ComputeDevice.Cpu, ComputeDevice.Resolve("auto", "study.yaml"));
        string message = Assert.Throws<InputException>(() => ComputeDevice.Resolve(word, "study.yaml")).Message;
        Assert.StartsWith(
            $"study.yaml: device is {word}, and no card can be used: CUDA driver: libcuda.so.1 is not on this machine",
            message, StringComparison.Ordinal);
        Assert.Contains("device: cpu", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
