using FsCheck;
using FsCheck.Fluent;
using Postern.Models.Checkpoints;

namespace Postern.Tests.Models;

/// <summary>
/// Weight files with changed, lost, added or repeated bytes are read or are input errors: no other exception, no large
/// allocation.
/// </summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private const long LargestAllocation = 4 << 20;

    private readonly CheckpointFile file = new();

    public static TheoryData<string> Forms => ["zip", "wide zip", "legacy", "safetensors"];

    public void Dispose() => file.Dispose();

    private static byte[] Whole(string form) => form switch
    {
        "zip" => TorchBytes.SmallZip,
        "wide zip" => TorchBytes.Wide(TorchBytes.SmallZip),
        "legacy" => TorchBytes.SmallLegacy,
        _ =>
            TorchBytes.SafeTensors(
                """{"__metadata__":{"epoch":"3"},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"I64","shape":[],"data_offsets":[12,20]}}""", new byte[20]),
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_file_cut_short_anywhere_is_refused(string form)
    {
        byte[] whole = Whole(form);
        file.Open(whole).Dispose();
        for (int length = 0; length < whole.Length; length++) file.Refusal(whole[..length]);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_file_with_any_one_byte_changed_is_read_or_refused(string form)
    {
        byte[] whole = Whole(form);
        for (int place = 0; place < whole.Length; place++)
        {
            foreach (byte change in new byte[] { 1, 0x80, 0xff })
            {
                byte[] damaged = (byte[])whole.Clone();
                damaged[place] ^= change;
                Assert.True(IsReadOrRefused(damaged), $"byte {place} of {form} changed by {change}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_file_damaged_in_several_ways_is_read_or_refused(string form)
    {
        byte[] whole = Whole(form);
        Gen<Func<byte[], byte[]>> damage =
            from kind in Gen.Choose(0, 4)
            from place in Gen.Choose(0, int.MaxValue - 1)
            from length in Gen.Choose(1, 12)
            from value in Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0, 1, 127, 128, 255))
            select new Func<byte[], byte[]>(
                bytes => Damage(bytes, kind, bytes.Length == 0 ? 0 : place % bytes.Length, length, (byte)value));
        Gen<byte[]> damaged = from count in Gen.Choose(1, 4)
                              from all in damage.ArrayOf(count)
                              select all.Aggregate(whole, (bytes, one) => one(bytes));
        Prop.ForAll(damaged.ToArbitrary(), IsReadOrRefused)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(800).WithReplay(20, 261));
    }

    private static byte[] Damage(byte[] bytes, int kind, int place, int length, byte value)
    {
        int end = Math.Min(bytes.Length, place + length);
        return kind switch
        {
            0 => [.. bytes[..place], .. Enumerable.Repeat(value, end - place), .. bytes[end..]],
            1 => [.. bytes[..place], .. bytes[end..]],
            2 => [.. bytes[..place], .. Enumerable.Repeat(value, length), .. bytes[place..]],
            3 => [.. bytes[..end], .. bytes[place..]],
            _ => bytes[..place],
        };
    }

    private bool IsReadOrRefused(byte[] content)
    {
        file.Write(content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Checkpoint.Open(file.Path).Dispose();
        }
        catch (InputException e)
        {
            Assert.StartsWith(file.Path + ": ", e.Message);
        }
        return GC.GetAllocatedBytesForCurrentThread() - before < LargestAllocation;
    }
}
