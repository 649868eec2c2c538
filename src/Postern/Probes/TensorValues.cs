using static TorchSharp.torch;

namespace Postern.Probes;

/// <summary>What tensors hold, for counting outside of them.</summary>
internal static class TensorValues
{
    /// <summary>All values, the last dimension innermost.</summary>
    public static double[] Doubles(this Tensor values) =>
        values.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    /// <summary>Whether each row of logits [B, classes] is largest at <paramref name="target"/>.</summary>
    public static bool[] TakenFor(this Tensor logits, int target) =>
        Array.ConvertAll(logits.argmax(1).cpu().data<long>().ToArray(), label => label == target);

    /// <summary>Numbers of tokens or pictures as an index.</summary>
    public static Tensor Index(this IReadOnlyList<int> numbers, Tensor of) =>
        tensor(numbers.Select(n => (long)n).ToArray(), device: of.device);
}
