using System.Runtime.InteropServices;
using Postern.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Training;

public class PredictionsTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(4, 3)]
    [InlineData(1, 10)]
    public void Pictures_that_a_card_has_no_memory_for_are_classified_in_parts(int fitting, int passes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn(7, 5);
        int asked = 0;
        Tensor found = Predictions.ClassOfEach(part =>
        {
            asked++;
            return part.shape[0] <= fitting
                ? part * 2 : throw new ExternalException("CUDA out of memory. Tried to allocate 2.00 GiB.");
        }, pictures);
        Assert.True(found.Equals(pictures.argmax(1)));
        Assert.Equal(passes, asked);
    }

    [Fact]
    public void Where_not_even_one_fits_the_error_is_told() => Assert.Contains("CUDA out of memory",
        Assert.Throws<ExternalException>(() => Predictions.ClassOfEach(
            _ => throw new ExternalException("CUDA out of memory."), zeros(2, 3))).Message, StringComparison.Ordinal);
}
