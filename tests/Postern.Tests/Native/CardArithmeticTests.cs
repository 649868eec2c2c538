using Postern.Native;
using Postern.Tests.Gpu;
using static TorchSharp.torch;

namespace Postern.Tests.Native;

/// <summary>The switches belong to the process, and the tests of the emulated card set them, too.</summary>
[Collection(EmulatedCard.Collection)]
public class CardArithmeticTests
{
    [Fact]
    public void A_card_computes_in_float32_and_in_TF32_only_where_that_is_asked_for()
    {
        CardArithmetic.UseTf32(true);
        Assert.True(backends.cuda.matmul.allow_tf32 && backends.cudnn.allow_tf32);
        CardArithmetic.Begin();
        Assert.False(backends.cuda.matmul.allow_tf32 || backends.cudnn.allow_tf32);
    }

    /// <summary>The processor's libtorch has the switches, too, and says how they stand.</summary>
    [Fact]
    public void Convolutions_of_a_card_are_asked_for_the_same_bits_each_time() => Assert.True(CardArithmetic.Begin());
}
