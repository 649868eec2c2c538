using System.Buffers.Binary;
using System.Text;

namespace Postern.Tests.Fuzzing;

/// <summary>Makes a file wrong in the ways that break readers: bits, lengths, numbers, order, ends.</summary>
internal static class Mutation
{
    private static readonly long[] Numbers =
        [0, 1, -1, 127, 128, 255, 32767, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    private static readonly string[] Words =
    [
        "0", "-1", "1e999", "NaN", "99999999999999999999", "2147483648", "null", "true", "[]", "{}", "\"\"", "\"", "../../x",
        "/dev/zero", "\0", "\u001b[2J", "\ud83d\ude00", "&a", "*a", "!!x", "- ", ": ", ",", "\t", "\r\n",
    ];

    /// <summary>One to four changes of <paramref name="file"/>, which stays as it is.</summary>
    public static byte[] Of(byte[] file, Random random)
    {
        byte[] changed = [.. file];
        for (int i = random.Next(1, 5); i > 0; i--) changed = Once(changed, random);
        return changed;
    }

    private static byte[] Once(byte[] file, Random random)
    {
        if (file.Length == 0) return Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]);
        int at = random.Next(file.Length), length = Math.Min(file.Length - at, 1 << random.Next(12));
        switch (random.Next(9))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)Numbers[random.Next(Numbers.Length)];
                return file;
            case 2:
                return Put(file, at, Number(random));
            case 3:
                return [.. file[..at], .. file[(at + length)..]];
            case 4:
                return [.. file[..(at + length)], .. file[at..]];
            case 5:
                return file[..at];
            case 6:
                byte[] noise = new byte[length];
                random.NextBytes(noise);
                return Put(file, at, noise);
            case 7:
                return [.. file[..at], .. Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]), .. file[at..]];
            default:
                return InPlaceOfAWord(file, at, random);
        }
    }

    /// <summary>A number or word of a text becomes another one: what has a grammar is reached behind it.</summary>
    private static byte[] InPlaceOfAWord(byte[] file, int at, Random random)
    {
        (int from, int to) = (at, at);
        while (from > 0 && char.IsAsciiLetterOrDigit((char)file[from - 1])) from--;
        while (to < file.Length && char.IsAsciiLetterOrDigit((char)file[to])) to++;
        return [.. file[..from], .. Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]), .. file[to..]];
    }

    private static byte[] Number(Random random)
    {
        byte[] bytes = new byte[sizeof(long)];
        long number = Numbers[random.Next(Numbers.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        else BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes[..(1 << random.Next(4))];
    }

    private static byte[] Put(byte[] file, int at, byte[] bytes)
    {
        bytes.AsSpan(0, Math.Min(bytes.Length, file.Length - at)).CopyTo(file.AsSpan(at));
        return file;
    }
}
