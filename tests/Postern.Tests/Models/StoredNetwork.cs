using static Postern.Tests.Models.TorchBytes;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>Puts state dictionaries into the objects that training programs save, as PyTorch pickles them.</summary>
internal sealed class StoredNetwork
{
    private readonly List<(string Key, byte[] Data)> storages = [];

    /// <summary>The pickle code of a dictionary of tensors.</summary>
    public string Dictionary(IEnumerable<KeyValuePair<string, Tensor>> weights) =>
        "}(" + string.Concat(weights.Select(w => Text(w.Key) + Tensor(w.Value))) + "u";

    /// <summary>The pickle code of a dictionary of anything, its values in pickle code.</summary>
    public static string Outer(params (string Key, string Code)[] entries) =>
        "}(" + string.Concat(entries.Select(e => Text(e.Key) + e.Code)) + "u";

    /// <summary>The pickle code of a tensor with a storage of its own.</summary>
    public string Tensor(Tensor value)
    {
        string key = $"{storages.Count}";
        using Tensor flat = value.detach().cpu().contiguous();
        storages.Add((key, flat.bytes.ToArray()));
        long[] strides = new long[value.shape.Length];
        for (int i = strides.Length - 1, stride = 1; i >= 0; stride *= (int)value.shape[i--]) strides[i] = stride;
        string type = value.dtype switch
        {
            ScalarType.Int64 => "LongStorage",
            ScalarType.Int32 => "IntStorage",
            _ => "FloatStorage",
        };
        return TorchBytes.Tensor(key, value.numel(), value.shape, strides, type: type);
    }

    /// <summary>The file of an object whose tensors are this one's.</summary>
    public byte[] File(string code) => Zip(code, [.. storages]);
}
