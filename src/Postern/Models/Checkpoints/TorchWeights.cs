using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>Finds the dictionaries of tensors in the object of a <c>.pth</c> file, and reads those that are asked for.</summary>
/// <remarks>Layouts: <c>docs/reference/models.md 6</c>. Vim and DeiT keep weights under <c>model</c>, timm under
/// <c>state_dict</c>, common CIFAR programs under <c>net</c>, others flat or under names of their own.</remarks>
internal sealed class TorchWeights
{
    private static readonly string[] UsualKeys = ["model", "state_dict", "model_state_dict", "net"];

    // Deeper than programs nest them; a list of samples holds thousands of small dictionaries that are no weights.
    private const int DeepestNesting = 5, MostDictionaries = 32;

    // Tied weights and views share storages, so that a file may give somewhat more than it holds; a bomb gives far more.
    private const int MostTimesTheFile = 4;
    private const long SmallBytes = 1 << 20;

    private readonly TorchContents contents;
    private readonly IReadOnlyList<KeyValuePair<string, object?>> outer;
    private readonly (string At, OrderedDictionary<string, object?> Content)[] dictionaries;
    private readonly string source;

    internal TorchWeights(TorchContents contents, string source)
    {
        (this.contents, this.source) = (contents, source);
        outer = Entries(contents.Root) ?? [];
        dictionaries = [.. Found(contents.Root).OrderBy(d => Order(d.At, d.Content)).Take(MostDictionaries)];
        if (dictionaries.Length == 0)
            throw new InputException(source, "holds no weights: there is no dictionary of tensors in it; save a state_dict()");
    }

    /// <summary>
    /// All that may be weights, likely ones first: those under the usual keys, then by size; running averages last.
    /// </summary>
    internal IReadOnlyList<WeightCandidate> Candidates =>
        [.. dictionaries.SelectMany(d => WeightForms.Of(d.At, Tensors(d.Content).ToDictionary(t => t.Key, t => t.Value.Shape)))
            .OrderBy(c => c.IsAverage)];

    /// <summary>
    /// What the file holds beside <paramref name="read"/>, in ordinal order; what is left out of a dictionary by both keys.
    /// </summary>
    internal IReadOnlyList<string> OtherKeys(params WeightCandidate[] read)
    {
        HashSet<string> places = [.. read.Select(r => r.At)];
        HashSet<string> names = [.. read.SelectMany(r => r.StoredNames.Values.Select(name => Key(r.At, name)))];
        return
        [
            .. outer.Select(e => e.Key)
                .Where(key => !names.Contains(key)
                    && !places.Any(p => p == key || p.StartsWith(key + ".", StringComparison.Ordinal)))
                .Concat(dictionaries.Where(d => d.At.Length > 0 && places.Contains(d.At))
                    .SelectMany(d => d.Content.Select(e => Key(d.At, e.Key)).Where(key => !names.Contains(key))))
                .Distinct().Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Scalars of the outer dictionary, and of its <c>args</c> under <c>args.NAME</c>, as invariant text in one line.
    /// </summary>
    internal IReadOnlyDictionary<string, string> Facts
    {
        get
        {
            OrderedDictionary<string, string> facts = new(StringComparer.Ordinal);
            foreach ((string key, object? value) in outer) Add(key, value);
            OrderedDictionary<string, object?>? settings = outer.FirstOrDefault(e => e.Key == "args").Value switch
            {
                SettingsBag bag => bag.Values,
                var other => other as OrderedDictionary<string, object?>,
            };
            foreach ((string key, object? value) in settings ?? []) Add($"args.{key}", value);
            return facts;

            void Add(string key, object? value)
            {
                string? text = value switch
                {
                    null => "None",
                    bool flag => flag ? "True" : "False",
                    string line => FileText.Shown(line),
                    long or double or BigInteger => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
                    _ => null,
                };
                if (text is not null) facts[key] = text;
            }
        }
    }

    /// <summary>Reads candidates from <paramref name="file"/>, each by its own names.</summary>
    /// <exception cref="InputException">A tensor lies outside its storage, or all together claim far more than the file
    /// holds.</exception>
    internal Dictionary<string, Tensor>[] Read(Stream file, params WeightCandidate[] wanted)
    {
        (string Name, TorchTensor Tensor)[][] listed = Array.ConvertAll(wanted, Listed);
        long left = MostTimesTheFile * file.Length + SmallBytes;
        foreach ((string name, TorchTensor tensor) in listed.SelectMany(tensors => tensors))
        {
            left -= tensor.Cost(source, name);
            if (left < 0)
                throw new InputException(source, $"claims far more weights than its {file.Length} bytes hold; it is damaged");
        }
        var read = new List<Dictionary<string, Tensor>>();
        try
        {
            foreach ((string Name, TorchTensor Tensor)[] tensors in listed)
            {
                read.Add(new(StringComparer.Ordinal));
                foreach ((string name, TorchTensor tensor) in tensors)
                    read[^1].Add(name, tensor.Read(file, contents.StartOf(tensor.Storage)));
            }
            return [.. read];
        }
        catch
        {
            foreach (Tensor tensor in read.SelectMany(tensors => tensors.Values)) tensor.Dispose();
            throw;
        }
    }

    private (string Name, TorchTensor Tensor)[] Listed(WeightCandidate wanted)
    {
        OrderedDictionary<string, object?> content = dictionaries.First(d => d.At == wanted.At).Content;
        return [.. wanted.StoredNames.Select(n => (n.Key, (TorchTensor)content[n.Value]!))];
    }

    // Breadth first and each object once: a pickle may hold itself, or one object a thousand times.
    private static IEnumerable<(string At, OrderedDictionary<string, object?> Content)> Found(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var next = new Queue<(string At, object? Value, int Depth)>([("", root, 0)]);
        while (next.TryDequeue(out (string At, object? Value, int Depth) item))
        {
            if (!Holds(item.Value) || !seen.Add(item.Value!)) continue;
            if (item.Value is OrderedDictionary<string, object?> content && content.Values.Any(v => v is TorchTensor))
                yield return (item.At, content);
            if (item.Depth == DeepestNesting) continue;
            foreach ((string key, object? value) in Entries(item.Value)!)
                next.Enqueue((Key(item.At, key), value, item.Depth + 1));
        }
    }

    private static bool Holds(object? value) =>
        value is SettingsBag or OrderedDictionary<string, object?> or List<object?> or object?[];

    // Under the usual keys first, then by size; an optimiser's tensors have its parameters' shapes and are no weights.
    private static (int, int) Order(string at, OrderedDictionary<string, object?> content)
    {
        int usual = Array.IndexOf(UsualKeys, at);
        bool optimiser = at.Contains("optim", StringComparison.OrdinalIgnoreCase);
        return (usual >= 0 ? usual : UsualKeys.Length + (optimiser ? 1 : 0), -Tensors(content).Count());
    }

    // Of a list, which may be long, only what may hold tensors in turn.
    private static IReadOnlyList<KeyValuePair<string, object?>>? Entries(object? value) => value switch
    {
        OrderedDictionary<string, object?> dictionary => dictionary,
        SettingsBag bag => bag.Values,
        IReadOnlyList<object?> list =>
            [.. list.Index().Where(e => Holds(e.Item)).Select(e => KeyValuePair.Create($"[{e.Index}]", e.Item))],
        _ => null,
    };

    private static IEnumerable<KeyValuePair<string, TorchTensor>> Tensors(OrderedDictionary<string, object?> content) =>
        content.Where(e => e.Value is TorchTensor).Select(e => KeyValuePair.Create(e.Key, (TorchTensor)e.Value!));

    private static string Key(string at, string key) => at.Length == 0 ? key : $"{at}.{key}";
}
