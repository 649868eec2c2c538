using System.Text;

namespace Postern.Tests.Datasets;

/// <summary>Writes the pickles that Python 2 made of CIFAR-10's batches, opcode by opcode.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream stream = new();
    private byte memo;

    public PickleWriter() => stream.Write([0x80, 2]);

    public static byte[] Batch(int[] labels, byte[] data, int rows, string[] names)
    {
        PickleWriter w = new PickleWriter().Op("}").Memo().Op("(");
        w.Text("batch_label").Text("training batch 1 of 5");
        w.Text("labels").Op("]").Memo().Op("(");
        foreach (int label in labels) w.Int(label);
        w.Op("e").Text("data").Array(data, rows);
        w.Text("filenames").Op("]").Memo().Op("(");
        foreach (string name in names) w.Text(name);
        return w.Op("e").Op("u").End();
    }

    public PickleWriter Op(string code)
    {
        stream.Write(Encoding.Latin1.GetBytes(code));
        return this;
    }

    public PickleWriter Memo() => Op("q" + (char)memo++);

    public PickleWriter Text(string text) => Op("U" + (char)text.Length + text).Memo();

    public PickleWriter Int(int value) => value is >= 0 and < 256
        ? Op("K" + (char)value)
        : Op("J" + Encoding.Latin1.GetString(BitConverter.GetBytes(value)));

    public PickleWriter Array(byte[] data, int rows, string letters = "u1")
    {
        Op("cnumpy.core.multiarray\n_reconstruct\n").Memo().Op("cnumpy\nndarray\n").Memo();
        Op("K\u0000\u0085").Memo().Op("U\u0001b").Memo().Op("\u0087").Memo().Op("R").Memo();
        Op("(K\u0001").Int(rows).Int(rows == 0 ? 0 : data.Length / rows).Op("\u0086").Memo();
        Op("cnumpy\ndtype\n").Memo().Text(letters).Op("K\u0000K\u0001\u0087").Memo().Op("R").Memo();
        Op("(K\u0003U\u0001|").Memo().Op("NNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\u0000t").Memo().Op("b");
        Op("\u0089T" + Encoding.Latin1.GetString(BitConverter.GetBytes(data.Length)));
        stream.Write(data);
        return Memo().Op("t").Memo().Op("b");
    }

    public byte[] End()
    {
        Op(".");
        return stream.ToArray();
    }
}
