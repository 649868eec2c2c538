
namespace Postern.Models.Checkpoints;

/// <summary>What a <c>.pth</c> file holds: the pickled object, and the place of each storage that it refers to.</summary>
/// <param name="Container">The form of the file.</param>
/// <param name="Root">The object, in the types of <see cref="PickleMachine"/> and <see cref="TorchNames"/>.</param>
/// <param name="StartOf">Where in the file a storage begins; it lies within the file.</param>
internal sealed record TorchContents(string Container, object? Root, Func<TorchStorage, long> StartOf)
{
    // PyTorch's legacy form begins with this number, pickled: 0x1950a86a20f9469cfc6c.
    private static readonly Int128 Magic = new(0x1950, 0xa86a20f9469cfc6c);
    private const long LegacyProtocol = 1001;

    /// <summary>The zip form, since PyTorch 1.6: <c>NAME/data.pkl</c> and <c>NAME/data/KEY</c>.</summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something other than tensors and plain data.</exception>
    internal static TorchContents ReadZip(Stream file, string source)
    {
        Dictionary<string, (long Start, long Length)> entries = StoredZip.Read(file, source);
        string[] pickles = [.. entries.Keys
            .Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1)];
        if (pickles.Length != 1)
            throw new InputException(source,
                $"is a zip archive with {pickles.Length} entries NAME/data.pkl, a PyTorch file has one");
        string folder = pickles[0][..^"data.pkl".Length];
        if (entries.TryGetValue(folder + "byteorder", out (long Start, long Length) order) && !IsLittle(order))
            throw new InputException(source, "was written on a big-endian machine; save it again on another");

        var names = new TorchNames(source);
        (long Start, long Length) pickle = entries[pickles[0]];
        object? root = new PickleMachine(file, pickle.Start, pickle.Start + pickle.Length, source, names).Read();
        foreach (TorchStorage storage in names.Storages.Values)
        {
            if (!entries.TryGetValue($"{folder}data/{storage.Key}", out (long Start, long Length) place))
                throw new InputException(source, $"has no storage '{FileText.Shown(storage.Key)}', which a tensor needs");
            if (place.Length != storage.Bytes)
                throw new InputException(source,
                    $"has storage '{FileText.Shown(storage.Key)}' of {place.Length} bytes where {storage.Bytes} are claimed");
        }
        return new TorchContents("pth (zip)", root, storage => entries[$"{folder}data/{storage.Key}"].Start);

        bool IsLittle((long Start, long Length) place)
        {
            Span<byte> content = stackalloc byte["little".Length];
            file.Position = place.Start;
            return place.Length == content.Length
                && file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length
                && content.SequenceEqual("little"u8);
        }
    }

    /// <summary>
    /// The form before PyTorch 1.6, still written on request: five pickles (magic number, protocol, the machine, the object, the
    /// storages' keys), then each storage as its number of elements (int64) and their bytes, in the order of the keys.
    /// </summary>
    /// <exception cref="InputException">Damaged, cut short, or holding something other than tensors and plain data.</exception>
    internal static TorchContents ReadLegacy(Stream file, string source)
    {
        var names = new TorchNames(source);
        var machine = new PickleMachine(file, 0, file.Length, source, names);
        if (machine.Read() is not System.Numerics.BigInteger magic || magic != Magic)
            throw new InputException(source, "is a pickle but no PyTorch file; save a state_dict() with torch.save");
        if (machine.Read() is not LegacyProtocol)
            throw new InputException(source, "is of an unknown version of PyTorch's legacy form");
        if (machine.Read() is OrderedDictionary<string, object?> system && system.GetValueOrDefault("little_endian") is false)
            throw new InputException(source, "was written on a big-endian machine; save it again on another");
        object? root = machine.Read();
        if (machine.Read() is not List<object?> keys) throw new InputException(source, "has no list of storages");

        Dictionary<string, long> starts = new(StringComparer.Ordinal);
        file.Position = machine.Position;
        Span<byte> count = stackalloc byte[8];
        foreach (object? key in keys)
        {
            if (key is not string name || !names.Storages.TryGetValue(name, out TorchStorage? storage))
                throw new InputException(source, "lists a storage that no tensor uses");
            if (file.ReadAtLeast(count, 8, throwOnEndOfStream: false) < 8 || storage.Bytes > file.Length - file.Position)
                throw new InputException(source,
                    $"is cut short: storage '{FileText.Shown(name)}' of {storage.Bytes} bytes is not there");
            if (BitConverter.ToInt64(count) != storage.Count)
                throw new InputException(source,
                    $"has storage '{FileText.Shown(name)}' of another length than its tensors claim");
            if (!starts.TryAdd(name, file.Position))
                throw new InputException(source, $"lists storage '{FileText.Shown(name)}' twice");
            file.Position += storage.Bytes;
        }
        if (names.Storages.Keys.FirstOrDefault(key => !starts.ContainsKey(key)) is string missing)
            throw new InputException(source, $"lacks storage '{FileText.Shown(missing)}', which a tensor needs");
        return new TorchContents("pth (legacy)", root, storage => starts[storage.Key]);
    }
}
