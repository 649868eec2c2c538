using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>
/// Writes weights as PyTorch's zip form: <c>torch.load</c> of PyTorch 1.6 and later gives an <c>OrderedDict</c> of tensors, also
/// with <c>weights_only=True</c>. <see cref="Checkpoint"/> reads it.
/// </summary>
public static class TorchFile
{
    private const string Folder = "archive";

    /// <summary>
    /// Writes <paramref name="weights"/> in the given order, one tensor in memory at a time. The bytes depend on the weights
    /// alone: two writes of the same weights are equal.
    /// </summary>
    /// <exception cref="ArgumentException">An element type that weight files do not hold, or more than 4 GiB.</exception>
    public static void Write(Stream output, IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        KeyValuePair<string, Tensor>[] all = [.. weights];
        var zip = new StoredZipWriter(output);
        zip.Add($"{Folder}/data.pkl", Pickled(all));
        zip.Add($"{Folder}/byteorder", "little"u8);
        for (int i = 0; i < all.Length; i++)
        {
            using Tensor detached = all[i].Value.detach(), local = detached.cpu(), flat = local.contiguous();
            zip.Add(string.Create(CultureInfo.InvariantCulture, $"{Folder}/data/{i}"), flat.bytes);
        }
        zip.Add($"{Folder}/version", "3\n"u8);
        zip.Finish();
    }

    // OrderedDict(), then SETITEMS of name and torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad,
    // hooks), where the storage is a persistent id: ('storage', type, key, device, number of elements). Protocol 2.
    private static byte[] Pickled(KeyValuePair<string, Tensor>[] weights)
    {
        using var pickle = new MemoryStream();
        Op("\u0080\u0002ccollections\nOrderedDict\n)R(");
        for (int i = 0; i < weights.Length; i++)
        {
            (string name, Tensor value) = weights[i];
            Text(name);
            Op("ctorch._utils\n_rebuild_tensor_v2\n((");
            Text("storage");
            Op($"c{ElementType.Of(value, name).StorageName.Replace('.', '\n')}\n");
            Text(i.ToString(CultureInfo.InvariantCulture));
            Text("cpu");
            Integer(value.numel());
            Op("tQ");
            Integer(0);
            Integers(value.shape);
            Integers(StoredShape.Strides(value.shape));
            Op("\u0089ccollections\nOrderedDict\n)RtR");
        }
        Op("u.");
        return pickle.ToArray();

        void Op(string code) => pickle.Write(Encoding.Latin1.GetBytes(code));

        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            Op("X");
            pickle.Write(length);
            pickle.Write(bytes);
        }

        void Integers(long[] values)
        {
            Op("(");
            foreach (long value in values) Integer(value);
            Op("t");
        }

        void Integer(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Op(value <= int.MaxValue ? "J" : "\u008a\u0008");
            pickle.Write(value <= int.MaxValue ? bytes[..4] : bytes);
        }
    }
}
