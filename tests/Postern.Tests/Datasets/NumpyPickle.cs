using System.Buffers.Binary;
using System.Text;

namespace Postern.Tests.Datasets;

/// <summary>Writes pickles as Python 3 and numpy do, in protocols 2 to 5, opcode by opcode and without a memo.</summary>
internal sealed class NumpyPickle(int protocol, string module = "numpy.core")
{
    /// <summary>A whole pickle of <paramref name="code"/>.</summary>
    public byte[] File(string code) => Encoding.Latin1.GetBytes($"\u0080{(char)protocol}{code}.");

    public static string Dictionary(params (string Key, string Code)[] entries) =>
        "}(" + string.Concat(entries.Select(e => e.Key + e.Code)) + "u";

    public static string List(IEnumerable<string> items) => "](" + string.Concat(items) + "e";

    public static string Integer(int value) => "J" + Latin1(BitConverter.GetBytes(value));

    public string Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return (protocol >= 4 && bytes.Length < 256 ? $"\u008c{(char)bytes.Length}" : "X"
            + Latin1(BitConverter.GetBytes(bytes.Length)))
            + Latin1(bytes);
    }

    /// <summary>Protocol 2 has no bytes: they are a call that makes them of a text.</summary>
    public string Bytes(byte[] bytes) => protocol switch
    {
        2 => Name("_codecs", "encode") + Text(Latin1(bytes)) + Text("latin1") + "\u0086R",
        _ when bytes.Length < 256 => $"C{(char)bytes.Length}{Latin1(bytes)}",
        _ => "B" + Latin1(BitConverter.GetBytes(bytes.Length)) + Latin1(bytes),
    };

    public string Array(byte[] values, int[] shape, string type = "u1", string order = "|", bool fortran = false)
    {
        string sides = "(" + string.Concat(shape.Select(Integer)) + "t";
        return protocol >= 5
            ? Name($"{module}.numeric", "_frombuffer") + "(\u0096" + Latin1(BitConverter.GetBytes((long)values.Length))
            + Latin1(values)
                + Type(type, order) + sides + Text(fortran ? "F" : "C") + "tR"
            : Name($"{module}.multiarray", "_reconstruct") + Name("numpy", "ndarray") + "K\u0000\u0085" + Bytes([(byte)'b'])
            + "\u0087R(K\u0001"
                + sides + Type(type, order) + (fortran ? "\u0088" : "\u0089") + Bytes(values) + "tb";
    }

    /// <summary>An array of whole numbers of a type and byte order.</summary>
    public string Numbers(int[] numbers, string type, string order = "<") =>
        Array([.. numbers.SelectMany(n => Number(n, type, order))], [numbers.Length], type, order);

    /// <summary>A number that is an object of numpy's.</summary>
    public string Scalar(int number, string type, string order = "<") =>
        Name($"{module}.multiarray", "scalar") + Type(type, order) + Bytes(Number(number, type, order)) + "\u0086R";

    private string Type(string letters, string order) => Name("numpy", "dtype") + Text(letters) + "\u0089\u0088\u0087R(K\u0003"
        + Text(order) + "NNN" + Integer(-1) + Integer(-1) + "K\u0000tb";

    private string Name(string from, string name) => protocol >= 4 ? Text(from) + Text(name) + "\u0093" : $"c{from}\n{name}\n";

    private static byte[] Number(long number, string type, string order)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        bytes = bytes[..(type[1] - '0')];
        if (order == ">") System.Array.Reverse(bytes);
        return bytes;
    }

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
