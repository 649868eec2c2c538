using System.IO.Compression;
using System.Text;

namespace Postern.Tests.Models;

/// <summary>Makes PyTorch's files byte by byte. Pickle code is Latin-1 text, one character to a byte.</summary>
internal static class TorchBytes
{
    /// <summary>
    /// A dictionary of a float tensor <c>a</c> = [1, 2, 3] in storage 0, another dictionary and some plain values.
    /// </summary>
    public static string SmallObject =>
        "}q\0(" + Text("model") + "}(" + Text("a") + Tensor("0", 3, [3], [1]) + "u" + Text("epoch") + "K\u0007"
        + Text("args") + "cargparse\nNamespace\n)\u0081}" + Text("lr") + "G\u003f\u00e0\0\0\0\0\0\0sb" + Text("extra")
        + "](NK\u0001e" + "u";

    public static byte[] SmallStorage => Bytes(1f, 2f, 3f);

    public static byte[] SmallZip => Zip(SmallObject, ("0", SmallStorage));

    public static byte[] SmallLegacy => Legacy(SmallObject, ("0", SmallStorage));

    public static string Text(string text) =>
        "X" + Latin1(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text))) + Latin1(Encoding.UTF8.GetBytes(text));

    public static string Integer(long value) => "\u008a\u0008" + Latin1(BitConverter.GetBytes(value));

    public static string Storage(string key, long count, string type = "FloatStorage") =>
        "(" + Text("storage") + $"ctorch\n{type}\n" + Text(key) + Text("cpu") + Integer(count) + "tQ";

    public static string Tensor(string key, long count, long[] shape, long[] strides, long offset = 0,
        string type = "FloatStorage") =>
        "ctorch._utils\n_rebuild_tensor_v2\n(" + Storage(key, count, type) + Integer(offset) + Tuple(shape) + Tuple(strides)
        + "\u0089ccollections\nOrderedDict\n)RtR";

    /// <summary>A flat dictionary of one tensor <c>a</c>.</summary>
    public static string Flat(string tensor) => "}" + Text("a") + tensor + "s";

    public static byte[] Pickle(string code, int protocol = 2) =>
        Encoding.Latin1.GetBytes("\u0080" + (char)protocol + code + ".");

    public static byte[] Zip(string code, params (string Key, byte[] Data)[] storages) =>
        Archive(CompressionLevel.NoCompression,
            [("small/data.pkl", Pickle(code)), .. storages.Select(s => ($"small/data/{s.Key}", s.Data)),
                ("small/version", "3\n"u8.ToArray())]);

    public static byte[] Archive(CompressionLevel level, params (string Name, byte[] Data)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] data) in entries)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(data);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>The same archive with every size and place in the 64-bit fields, which writers use from 4 GiB on.</summary>
    public static byte[] Wide(byte[] zip)
    {
        int end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        int start = BitConverter.ToInt32(zip, end + 16), count = BitConverter.ToUInt16(zip, end + 10);
        List<byte> wide = [.. zip[..start]];
        for (int i = 0, at = start; i < count; i++)
        {
            int nameLength = BitConverter.ToUInt16(zip, at + 28), extraLength = BitConverter.ToUInt16(zip, at + 30);
            long stored = BitConverter.ToUInt32(zip, at + 20), size = BitConverter.ToUInt32(zip, at + 24),
                place = BitConverter.ToUInt32(zip, at + 42);
            wide.AddRange([.. zip[at..(at + 20)], .. Full(8), .. zip[(at + 28)..(at + 30)], 35, 0,
                .. zip[(at + 32)..(at + 42)], .. Full(4)]);
            wide.AddRange([.. zip[(at + 46)..(at + 46 + nameLength)], 7, 7, 3, 0, 1, 2, 3, 1, 0, 24, 0, .. Int64(size),
                .. Int64(stored), .. Int64(place)]);
            at += 46 + nameLength + extraLength;
        }
        long length = wide.Count - start;
        wide.AddRange([.. "PK\u0006\u0006"u8, .. Int64(44), .. new byte[12], .. Int64(count), .. Int64(count), .. Int64(length),
            .. Int64(start)]);
        wide.AddRange([.. "PK\u0006\u0007"u8, 0, 0, 0, 0, .. Int64(start + length), 1, 0, 0, 0]);
        return [.. wide, .. "PK\u0005\u0006"u8, 0, 0, 0, 0, .. Full(12), 0, 0];

        static byte[] Full(int bytes) => [.. Enumerable.Repeat((byte)0xFF, bytes)];

        static byte[] Int64(long value) => BitConverter.GetBytes(value);
    }

    /// <summary>The legacy form; storages hold four-byte elements.</summary>
    public static byte[] Legacy(string code, params (string Key, byte[] Data)[] storages)
    {
        var bytes = new MemoryStream();
        bytes.Write(Pickle("\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019"));
        bytes.Write(Pickle("M\u00e9\u0003"));
        bytes.Write(Pickle("}" + Text("little_endian") + "\u0088s"));
        bytes.Write(Pickle(code));
        bytes.Write(Pickle("](" + string.Concat(storages.Select(s => Text(s.Key))) + "e"));
        foreach ((_, byte[] data) in storages)
        {
            bytes.Write(BitConverter.GetBytes((long)data.Length / 4));
            bytes.Write(data);
        }
        return bytes.ToArray();
    }

    public static byte[] SafeTensors(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
    }

    public static byte[] Bytes(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static string Tuple(long[] values) => "(" + string.Concat(values.Select(Integer)) + "t";

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
