using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>A type of tensor elements and its names in the weight files.</summary>
/// <param name="Type">libtorch's type.</param>
/// <param name="Bytes">Bytes of one element.</param>
/// <param name="SafeName">The name in a safetensors header: <c>F32</c>.</param>
/// <param name="TorchName">PyTorch's name of the type: <c>torch.float32</c>.</param>
/// <param name="StorageName">PyTorch's name of a storage of such elements: <c>torch.FloatStorage</c>.</param>
internal sealed record ElementType(ScalarType Type, int Bytes, string SafeName, string TorchName, string StorageName)
{
    /// <summary>Every type that weight files may hold; a file with another is refused.</summary>
    internal static IReadOnlyList<ElementType> All { get; } =
    [
        new(ScalarType.Float64, 8, "F64", "torch.float64", "torch.DoubleStorage"),
        new(ScalarType.Float32, 4, "F32", "torch.float32", "torch.FloatStorage"),
        new(ScalarType.Float16, 2, "F16", "torch.float16", "torch.HalfStorage"),
        new(ScalarType.BFloat16, 2, "BF16", "torch.bfloat16", "torch.BFloat16Storage"),
        new(ScalarType.Int64, 8, "I64", "torch.int64", "torch.LongStorage"),
        new(ScalarType.Int32, 4, "I32", "torch.int32", "torch.IntStorage"),
        new(ScalarType.Int16, 2, "I16", "torch.int16", "torch.ShortStorage"),
        new(ScalarType.Int8, 1, "I8", "torch.int8", "torch.CharStorage"),
        new(ScalarType.Byte, 1, "U8", "torch.uint8", "torch.ByteStorage"),
        new(ScalarType.Bool, 1, "BOOL", "torch.bool", "torch.BoolStorage"),
    ];

    /// <summary>The element type of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">Weight files hold no such elements (complex, quantised).</exception>
    internal static ElementType Of(Tensor value, string name) => All.FirstOrDefault(t => t.Type == value.dtype)
        ?? throw new ArgumentException($"tensor '{name}' has elements of type {value.dtype}, which weight files do not hold");
}
