namespace Postern.Tests;

public class SmokeTests
{
    [Fact]
    public void Torch_loads()
    {
        using var tensor = TorchSharp.torch.ones(3);
        Assert.Equal(3f, tensor.sum().item<float>());
    }
}
