using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

public class FoundValuesTests
{
    [Fact]
    public void They_are_read_in_the_order_of_their_coming()
    {
        using var found = new FoundValues();
        Assert.Empty(found.Read<long>());
        found.Add(() => tensor([3L, 1L]));
        found.Add(() => tensor([2L]));
        Assert.Equal([3L, 1L, 2L], found.Read<long>());
    }

    /// <summary>Values of such a device cannot be read at all.</summary>
    [Fact]
    public void Nothing_is_read_before_all_is_there()
    {
        using var found = new FoundValues();
        for (int i = 0; i < 3; i++) found.Add(() => zeros([4, 10], device: META).argmax(1));
        Assert.ThrowsAny<Exception>(() => found.Read<long>());
    }
}
