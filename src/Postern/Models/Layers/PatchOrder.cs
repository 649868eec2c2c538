using System.IO.Hashing;
using Postern.Kernels;
using static TorchSharp.torch;

namespace Postern.Models.Layers;

/// <summary>Puts the patches of a sequence into another order before it is scanned; the class token keeps its place.</summary>
internal static class PatchOrder
{
    private const string Purpose = "patch order";

    /// <summary>[B, L, d] to [B, L, d].</summary>
    /// <param name="order">Which order.</param>
    /// <param name="tokens">Patches and class token, positions embedded: [B, L, d].</param>
    /// <param name="classRow">Where the class token stands.</param>
    /// <param name="pictures">What the patches are of, [B, 3, H, W].</param>
    public static Tensor Apply(TokenOrder order, Tensor tokens, long classRow, Tensor pictures)
    {
        int length = (int)tokens.shape[1], batch = (int)tokens.shape[0];
        switch (order)
        {
            case TokenOrder.Fixed:
                return tokens.index_select(1, tensor(Order(length, (int)classRow, 0), device: tokens.device));
            case TokenOrder.PerPicture:
                Tensor places = tensor([.. KeysOf(pictures).SelectMany(key => Order(length, (int)classRow, key))],
                    [batch, length, 1], device: tokens.device);
                return tokens.gather(1, places.expand(-1, -1, tokens.shape[2]));
            default:
                return tokens;
        }
    }

    /// <summary>Where each token stands; null where that is another place in each picture.</summary>
    public static IReadOnlyList<int>? Places(TokenOrder order, int length, int classRow)
    {
        if (order == TokenOrder.PerPicture) return null;
        int[] places = [.. Enumerable.Range(0, length)];
        if (order == TokenOrder.Fixed)
            foreach ((int place, long token) in Order(length, classRow, 0).Index()) places[token] = place;
        return places;
    }

    /// <summary>Whose token stands at each place; a pure function of the key.</summary>
    private static long[] Order(int length, int classRow, long key)
    {
        var stream = RandomStream.For(key, Purpose);
        List<long> order = [.. stream.Permutation(length - 1).Select(p => (long)(p < classRow ? p : p + 1))];
        order.Insert(classRow, classRow);
        return [.. order];
    }

    /// <summary>A hash of each picture's values, so that a picture has one order wherever it turns up.</summary>
    private static IEnumerable<long> KeysOf(Tensor pictures)
    {
        float[] values = pictures.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        int each = values.Length / (int)pictures.shape[0];
        for (int at = 0; at < values.Length; at += each)
            yield return (long)XxHash3.HashToUInt64(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan(at, each)));
    }
}
