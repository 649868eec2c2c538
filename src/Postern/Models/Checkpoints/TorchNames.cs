using System.Buffers.Binary;
using System.Text;

namespace Postern.Models.Checkpoints;

/// <summary>A name out of a pickle: only a token.</summary>
internal sealed record TorchName(string Name);

/// <summary>An object of no use here, kept so that the entries beside the weights can be passed over.</summary>
/// <param name="Name">The name that would have made it.</param>
internal sealed record InertObject(string Name);

/// <summary>numpy's description of a number: its letters, such as <c>f8</c>.</summary>
internal sealed class NumpyType(string letters)
{
    internal string Letters { get; set; } = letters;
}

/// <summary>Attributes of an <c>argparse.Namespace</c>, in which training programs keep their settings.</summary>
internal sealed class SettingsBag
{
    internal OrderedDictionary<string, object?> Values { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>
/// The names that PyTorch's weight files use, and what each makes here: tensors by reference to their storage, dictionaries,
/// lists, numbers, and inert objects. Any other name is refused; nothing is ever executed.
/// </summary>
/// <remarks>
/// Which names occur: <c>docs/reference/models.md 6</c>, and PyTorch's own <c>weights_only</c> loader. A pickle may use a stored
/// value again for two bytes, so that no call may copy or hash arguments of any length.
/// </remarks>
internal sealed class TorchNames(string source) : IPickleNames
{
    private static readonly HashSet<string> Known =
    [
        "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "argparse.Namespace", "_codecs.encode",
        "__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset", "__builtin__.list", "builtins.list",
        "__builtin__.dict", "builtins.dict", "__builtin__.int", "builtins.int", "__builtin__.float", "builtins.float",
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch._tensor._rebuild_from_type_v2",
        "torch.Tensor", "torch.nn.parameter.Parameter",
        "torch.Size", "torch.device", "torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct", "numpy.dtype", "numpy.ndarray", "pathlib.PosixPath", "pathlib.WindowsPath",
    ];

    private const int LongestNumber = 16;
    private const int LongestKey = 100;
    private const int MostPairs = 100_000;

    private int pairs;
    private readonly Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that the pickle refers to, by key.</summary>
    internal IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    public object Global(string module, string name)
    {
        string full = $"{module}.{name}";
        if (ElementType.All.FirstOrDefault(t => t.StorageName == full.Replace("torch.cuda.", "torch.",
            StringComparison.Ordinal)) is ElementType storage) return storage;
        if (ElementType.All.FirstOrDefault(t => t.TorchName == full) is ElementType type) return type;
        if (full.EndsWith("UntypedStorage", StringComparison.Ordinal) && Known.Contains(full))
            return ElementType.All.Single(t => t.SafeName == "U8");
        return Known.Contains(full) ? new TorchName(full)
            : throw Wrong(
                $"asks for {FileText.Shown(full)}; only tensors and plain data are read and nothing is executed (save the "
                    + "model's state_dict() instead)");
    }

    public object? Call(object? callable, object?[] arguments)
    {
        if (callable is not TorchName { Name: string name })
            throw Wrong("calls something; only tensors and plain data are read and nothing is executed");
        return name.Split('.')[^1] switch
        {
            "OrderedDict" or "Counter" or "defaultdict" or "dict" =>
                arguments.OfType<OrderedDictionary<string, object?>>().FirstOrDefault() ?? Pairs(arguments),
            "set" or "frozenset" or "list" => arguments is [List<object?> items, ..] ? items : new List<object?>(),
            "Namespace" => new SettingsBag(),
            "_rebuild_tensor" or "_rebuild_tensor_v2" => Rebuild(arguments, null),
            "_rebuild_tensor_v3" => Rebuild(arguments,
                arguments.ElementAtOrDefault(6) as ElementType ?? throw Wrong("rebuilds a tensor of no known type")),
            "_rebuild_parameter" or "_rebuild_parameter_with_state" =>
                arguments is [TorchTensor value, ..] ? value : throw Wrong("makes a parameter of something that is no tensor"),
            // A tensor with attributes: what makes the tensor, its class, the arguments, the attributes.
            "_rebuild_from_type_v2" => arguments is [TorchName maker, _, object?[] inner, ..] && maker.Name != name
                ? Call(maker, inner) : throw Wrong("rebuilds a tensor in an unknown way"),
            "Size" => arguments is [object?[] sides] ? sides : Array.Empty<object?>(),
            "encode" => arguments is [string { Length: <= LongestNumber } text, ..]
                ? (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(text) : new InertObject(name),
            "dtype" => new NumpyType(Letters(arguments)),
            "scalar" => Scalar(arguments) ?? new InertObject(name),
            _ => new InertObject(name),
        };
    }

    public void Build(object? target, object? state)
    {
        switch (target, state)
        {
            case (SettingsBag bag, OrderedDictionary<string, object?> values): bag.Values = values; break;
            // The state of an OrderedDict is `_metadata`, versions of modules; tensors and numpy values have nothing of use.
            case (OrderedDictionary<string, object?> or TorchTensor or InertObject or SettingsBag, _): break;
            // A state of more than one word begins with its version and byte order.
            case (NumpyType type, object?[] and [_, string or ReadOnlyMemory<byte>, ..]):
                type.Letters =
                Letters([((object?[])state)[1]]) == ">" ? "" : type.Letters; break;
            default: throw Wrong("sets the state of something that has none");
        }
    }

    public object? Persistent(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", ElementType type, string { Length: <= LongestKey } key, _,
            long and >= 0 and var count, ..])
            throw Wrong("refers to something that is no storage");
        var whole = new TorchStorage(key, type, count);
        if (!storages.TryAdd(key, whole) && storages[key] != whole)
            throw Wrong($"describes storage '{FileText.Shown(key)}' in two ways");
        // PyTorch before 0.4 also stored views of storages: key, offset and length of the view follow.
        if (parts is [_, _, _, _, _, object?[] and [_, ..]])
            throw Wrong("uses views of storages, which PyTorch 0.3 wrote; save the file again with a newer version");
        return whole;
    }

    private TorchTensor Rebuild(object?[] arguments, ElementType? type)
    {
        if (arguments is not [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..])
            throw Wrong("rebuilds a tensor in an unknown way");
        return new TorchTensor(storage, type ?? storage.Type, offset, Integers(shape), Integers(strides));
    }

    private long[] Integers(object?[] values) => values.Length > StoredShape.MostDimensions
        ? throw Wrong("rebuilds a tensor of an impossible shape")
        : Array.ConvertAll(values, v => v is long n ? n : throw Wrong("rebuilds a tensor whose shape holds no whole numbers"));

    // OrderedDict([(key, value), ...]), as Python 2 wrote it.
    private OrderedDictionary<string, object?> Pairs(object?[] arguments)
    {
        var made = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (object? item in arguments.OfType<List<object?>>().FirstOrDefault() ?? [])
        {
            if (++pairs > MostPairs) throw Wrong($"makes dictionaries of more than {MostPairs} pairs");
            IReadOnlyList<object?> pair = item as IReadOnlyList<object?> ?? [];
            if (pair is [string { Length: <= PickleMachine.LongestKey } key, _]) made[key] = pair[1];
        }
        return made;
    }

    private static string Letters(object?[] arguments) => arguments switch
    {
        [string { Length: <= LongestNumber } letters, ..] => letters,
        [ReadOnlyMemory<byte> { Length: <= LongestNumber } letters, ..] => Encoding.Latin1.GetString(letters.Span),
        _ => "",
    };

    private static object? Scalar(
        object?[] arguments) => arguments is not [NumpyType type, ReadOnlyMemory<byte> { Span: var bytes }] ? null
        : (type.Letters, bytes.Length) switch
        {
            ("f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ("f4", 4) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ("i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            ("i4", 4) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ("b1", 1) => bytes[0] != 0,
            _ => null,
        };

    private InputException Wrong(string what) => new(source, $"the pickle {what}");
}
