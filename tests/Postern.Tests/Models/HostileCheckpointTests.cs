using System.IO.Compression;
using System.Text;
using static Postern.Tests.Models.TorchBytes;

namespace Postern.Tests.Models;

/// <summary>Files made to do harm are refused in one line that names them; they run nothing and take no memory.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private readonly CheckpointFile file = new();

    public static TheoryData<string, string> Calls
    {
        get
        {
            // NAME and ARGS stand for the name to call, by line or by text, and its arguments.
            (string What, string Code)[] ways =
            [
                ("GLOBAL, REDUCE", "cNAME(ARGStR"), ("STACK_GLOBAL, REDUCE", "TEXT\u0093(ARGStR"), ("INST", "(ARGSiNAME"),
                ("OBJ", "(cNAMEARGSo"),
                ("NEWOBJ", "cNAME(ARGSt\u0081"), ("NEWOBJ_EX", "cNAME(ARGSt}\u0092"),
                ("BUILD", "cNAME}" + Text("__setstate__") + "cNAMEsb"),
                ("NEWOBJ, BUILD", "cargparse\nNamespace\n)\u0081cNAME(ARGStRb"),
                ("persistent id", "(" + Text("storage") + "cNAME" + Text("0") + Text("cpu") + "K\u0001tQ"),
                ("dictionary key", "}cNAME(ARGStRNs"), ("memo", "cNAMEq\0" + "0h\0(ARGStR"),
            ];
            string[] names = ["os.system", "posix.system", "nt.system", "builtins.eval", "__builtin__.eval", "subprocess.Popen",
                "torch.load", "collections.OrderedDict.fromkeys"];
            TheoryData<string, string> calls = [];
            foreach ((_, string code) in ways)
                foreach (string name in names) calls.Add(name, code);
            return calls;
        }
    }

    public void Dispose() => file.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_of_anything_is_refused_by_name_and_runs_nothing(string name, string way)
    {
        int dot = name.IndexOf('.');
        string code = way.Replace("NAME", $"{name[..dot]}\n{name[(dot + 1)..]}\n")
            .Replace("TEXT", Text(name[..dot]) + Text(name[(dot + 1)..]))
            .Replace("ARGS", Text($"touch {file.Sentinel}"));
        foreach (byte[] content in new[] { Zip(code), Legacy(code) })
        {
            Assert.Contains($"asks for {name}; ", file.Refusal(content));
            Assert.False(File.Exists(file.Sentinel));
        }
    }

    [Theory]
    [InlineData("K\u0001)R")]
    [InlineData("}" + "N\u0085R")]
    [InlineData("ctorch\nFloatStorage\n)R")]
    [InlineData("ccollections\nOrderedDict\nK\u0001R")]
    [InlineData("N}b")]
    [InlineData("](K\u0001e}b")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n(K\u0001K\u0001))tR")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n)R")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v3\n)R")]
    [InlineData("X\u0003\0\0\0abcQ")]
    [InlineData("Pabc\n")]
    [InlineData("\u0082\u0001")]
    [InlineData("\u0097")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u008a\u00ff")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public void A_pickle_that_makes_no_sense_is_refused(string code)
    {
        Assert.Contains("the pickle ", file.Refusal(Zip(code)));
        Assert.Contains("the pickle ", file.Refusal(Legacy(code)));
    }

    [Theory]
    [InlineData(']')]
    [InlineData('}')]
    [InlineData('(')]
    [InlineData('2')]
    [InlineData('\u0085')]
    [InlineData('\u0094')]
    public void A_pickle_of_one_byte_opcodes_takes_memory_in_proportion_to_the_file(char opcode)
    {
        string code = "N" + new string(opcode, 1_000_000);
        Assert.Contains("holds more than", file.Refusal(Zip(code), mostBytes: 48 << 20));
    }

    [Theory]
    [InlineData("c_codecs\nencode\n", "TEXT\u0085")]
    [InlineData("cnumpy\ndtype\n", "TEXT\u0085")]
    [InlineData("ccollections\nOrderedDict\n", "LIST\u0085")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "(STORAGEK\0TUPLE)t")]
    public void A_call_made_over_and_over_with_a_long_stored_argument_takes_no_memory(string callable, string argument)
    {
        const int Length = 30_000, Calls = 20_000;
        string arguments = argument.Replace("TEXT", Text(new string('x', Length))).Replace("STORAGE", Storage("0", 1))
            .Replace("TUPLE", "(" + string.Concat(Enumerable.Repeat("K\u0001", Length)) + "t")
            .Replace("LIST", "](" + string.Concat(Enumerable.Repeat(Text("k") + "K\u0001\u0086", Length)) + "e");
        string code = callable + "q\0" + arguments + "q\u0001" + string.Concat(Enumerable.Repeat("h\0h\u0001R", Calls));
        file.Refusal(Zip(code, ("0", new byte[4])), mostBytes: 24 << 20);
    }

    [Theory]
    [InlineData("X", 'x')]
    [InlineData("B", 'x')]
    public void A_long_stored_key_is_refused_before_it_is_hashed_over_and_over(string kind, char letter)
    {
        string key = kind + Encoding.Latin1.GetString(BitConverter.GetBytes(1_000_000)) + new string(letter, 1_000_000);
        string code = key + "q\0}" + string.Concat(Enumerable.Repeat("h\0Ns", 50_000));
        Assert.Contains("has a key of more than", file.Refusal(Zip(code), mostBytes: 12 << 20));
    }

    [Fact]
    public void A_pickle_nested_a_hundred_thousand_times_overflows_no_stack() =>
        Assert.Contains("no dictionary", file.Refusal(Zip(")" + new string('\u0085', 100_000)), mostBytes: 16 << 20));

    [Fact]
    public void A_dictionary_that_holds_itself_is_not_walked_in_circles()
    {
        Assert.Contains("holds no weights", file.Refusal(Zip("}q\0" + Text("model") + "h\0s")));
        string settings = "cargparse\nNamespace\n)\u0081q\u0001}" + Text("args") + "h\u0001sb";
        using var checkpoint =
            file.Open(Zip("}(" + Text("a") + Tensor("0", 3, [3], [1]) + Text("args") + settings + "u", ("0", SmallStorage)));
        Assert.Empty(checkpoint.Facts);
    }

    [Theory]
    [InlineData(new long[] { 500_000_000 }, new long[] { 1 }, 0, "outside its storage")]
    [InlineData(new long[] { 500_000_000 }, new long[] { 0 }, 0, "claims 2000000000 bytes")]
    [InlineData(new long[] { 1 << 20, 1 << 20, 1 << 24 }, new long[] { 0, 0, 0 }, 0, "impossible shape")]
    [InlineData(new long[] { long.MaxValue }, new long[] { long.MaxValue }, 0, "outside its storage")]
    [InlineData(new long[] { 0, long.MaxValue, long.MaxValue }, new long[] { 0, 0, 0 }, 0, "impossible shape")]
    [InlineData(new long[] { 2 }, new long[] { 1 }, 0, "outside its storage")]
    [InlineData(new long[] { 1 }, new long[] { 1 }, 1, "outside its storage")]
    [InlineData(new long[] { 1 }, new long[] { 1 }, -1, "strides")]
    [InlineData(new long[] { 1 }, new long[] { 1 }, long.MaxValue, "outside its storage")]
    [InlineData(new long[] { 1 }, new long[] { -1 }, 0, "strides")]
    [InlineData(new long[] { 1 }, new long[] { 1, 1 }, 0, "strides")]
    [InlineData(new long[] { -1 }, new long[] { 1 }, 0, "impossible shape")]
    public void A_tensor_that_claims_more_than_its_storage_of_4_bytes_is_refused(
        long[] shape, long[] strides, long offset, string reason)
    {
        string code = Flat(Tensor("0", 1, shape, strides, offset));
        Assert.Contains(reason, file.Refusal(Zip(code, ("0", new byte[4]))));
        Assert.Contains(reason, file.Refusal(Legacy(code, ("0", new byte[4]))));
    }

    [Theory]
    [InlineData(500_000_000)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_storage_that_claims_more_than_the_file_is_refused(long count)
    {
        string code = Flat(Tensor("0", count, [1], [1]));
        file.Refusal(Zip(code, ("0", new byte[4])));
        file.Refusal(Legacy(code, ("0", new byte[4])));
    }

    [Fact]
    public void Many_tensors_of_one_storage_do_not_add_up_to_a_bomb()
    {
        byte[] storage = new byte[64 << 10];
        string tensor = Tensor("0", storage.Length / 4, [storage.Length / 4], [1]);
        string code = "}(" + string.Concat(Enumerable.Range(0, 1000).Select(i => Text($"t{i}") + tensor)) + "u";
        Assert.Contains("claims far more weights", file.Refusal(Zip(code, ("0", storage)), mostBytes: 8 << 20));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("\\windows\\x")]
    [InlineData("c:/x")]
    [InlineData("small/../../x")]
    [InlineData("small\\..\\x")]
    [InlineData("..")]
    public void A_zip_entry_whose_name_leads_out_is_refused(string name) =>
        Assert.Contains("leads out",
            file.Refusal(Archive(CompressionLevel.NoCompression, ("small/data.pkl", Pickle(SmallObject)),
                ("small/data/0", SmallStorage), (name, [1]))));

    [Fact]
    public void A_compressed_zip_is_refused_without_inflating_it() =>
        Assert.Contains("compressed",
            file.Refusal(Archive(CompressionLevel.SmallestSize, ("small/data.pkl", Pickle(SmallObject)),
                ("small/data/0", new byte[100 << 20]))));

    [Fact]
    public void A_zip_with_two_entries_of_one_name_is_refused() =>
        Assert.Contains("two entries",
            file.Refusal(Archive(CompressionLevel.NoCompression, ("s/data.pkl", Pickle(SmallObject)), ("s/data/0", SmallStorage),
                ("s/data/0", SmallStorage))));

    [Theory]
    [InlineData(20, "compressed")]
    [InlineData(24, "compressed")]
    [InlineData(42, "damaged")]
    public void A_zip_directory_with_absurd_numbers_is_refused(int field, string reason)
    {
        byte[] zip = SmallZip;
        BitConverter.TryWriteBytes(zip.AsSpan(zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + field), 0xFFFFFFF0);
        Assert.Contains(reason, file.Refusal(zip));
    }

    [Fact]
    public void A_zip_end_record_that_claims_a_huge_directory_is_refused()
    {
        byte[] zip = SmallZip;
        BitConverter.TryWriteBytes(zip.AsSpan(zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8) + 12), 0x7FFFFFFF);
        Assert.Contains("damaged zip directory", file.Refusal(zip));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""",
        8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4, "overlaps")]
    [
        InlineData(
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
            12, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0,
        "do not match")]
    [InlineData("""{"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""", 4, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "do not match")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775805]}}""", 4,
        "do not match")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "malformed")]
    public void A_safetensors_header_that_lies_is_refused(string header, int dataBytes, string reason) =>
        Assert.Contains(reason, file.Refusal(SafeTensors(header, new byte[dataBytes])));

    [Theory]
    [InlineData(4L << 30)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    public void A_safetensors_header_of_4_GB_is_refused_before_anything_is_allocated(long claimed) =>
        Assert.Contains("claims a header",
            file.Refusal([.. BitConverter.GetBytes(claimed), .. Encoding.ASCII.GetBytes("{\"a\":1}")]));
}
