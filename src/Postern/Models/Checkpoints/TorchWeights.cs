using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>Finds the state dictionaries in the object of a <c>.pth</c> file, and reads their tensors only.</summary>
/// <remarks>Layouts: <c>docs/reference/models.md 6</c>. Vim and DeiT keep weights under <c>model</c>, timm under
/// <c>state_dict</c>, common CIFAR programs under <c>net</c>, others flat.</remarks>
internal sealed class TorchWeights
{
    private static readonly string[] WeightKeys = ["model", "state_dict", "model_state_dict", "net"];
    private static readonly string[] EmaKeys = ["model_ema", "state_dict_ema"];

    // Tied weights and views share storages, so that a file may give somewhat more than it holds; a bomb gives far more.
    private const int MostTimesTheFile = 4;
    private const long SmallBytes = 1 << 20;

    private readonly TorchContents contents;
    private readonly OrderedDictionary<string, object?> outer;
    private readonly string source;

    internal TorchWeights(TorchContents contents, string source)
    {
        (this.contents, this.source) = (contents, source);
        outer = contents.Root as OrderedDictionary<string, object?>
            ?? throw new InputException(source, "holds no dictionary of weights; save a state_dict()");
        WeightsAt = WeightKeys.FirstOrDefault(key => Tensors(key) is not null) ?? "";
        EmaAt = EmaKeys.FirstOrDefault(key => Tensors(key) is not null);
        if (WeightsAt.Length == 0 && !outer.Values.Any(v => v is TorchTensor))
            throw new InputException(source,
                $"holds no weights: none of {string.Join(", ", WeightKeys)} is a dictionary of tensors, nor is the whole");
    }

    /// <summary>The outer key of the weights; empty where the whole dictionary is the weights.</summary>
    internal string WeightsAt { get; }

    /// <summary>The outer key of the running average of the weights, or null.</summary>
    internal string? EmaAt { get; }

    /// <summary>What else there is, in ordinal order; entries of the weights that are no tensors by both keys.</summary>
    internal IReadOnlyList<string> OtherKeys =>
    [
        .. outer.Where(e => e.Key != WeightsAt && e.Key != EmaAt && !(WeightsAt.Length == 0 && e.Value is TorchTensor))
        .Select(e => e.Key)
            .Concat(WeightsAt.Length == 0 ? [] : Tensors(WeightsAt)!.Where(e => e.Value is not TorchTensor)
                .Select(e => $"{WeightsAt}.{e.Key}"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Scalars of the outer dictionary, and of its <c>args</c> under <c>args.NAME</c>, as invariant text in one line.
    /// </summary>
    internal IReadOnlyDictionary<string, string> Facts
    {
        get
        {
            OrderedDictionary<string, string> facts = new(StringComparer.Ordinal);
            foreach ((string key, object? value) in outer) Add(key, value);
            OrderedDictionary<string, object?>? settings = outer.GetValueOrDefault("args") switch
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

    /// <summary>Reads the weights and, where there is one, their average from <paramref name="file"/>.</summary>
    /// <exception cref="InputException">A tensor lies outside its storage, or all together claim far more than the file
    /// holds.</exception>
    internal (Dictionary<string, Tensor> Weights, Dictionary<string, Tensor>? Ema) Read(Stream file)
    {
        KeyValuePair<string, TorchTensor>[] weights = Listed(WeightsAt), ema = EmaAt is null ? [] : Listed(EmaAt);
        long left = MostTimesTheFile * file.Length + SmallBytes;
        foreach ((string name, TorchTensor tensor) in weights.Concat(ema))
        {
            left -= tensor.Cost(source, name);
            if (left < 0)
                throw new InputException(source, $"claims far more weights than its {file.Length} bytes hold; it is damaged");
        }
        Dictionary<string, Tensor> read = Materialise(weights, file);
        try
        {
            return (read, EmaAt is null ? null : Materialise(ema, file));
        }
        catch
        {
            Free(read);
            throw;
        }
    }

    private Dictionary<string, Tensor> Materialise(KeyValuePair<string, TorchTensor>[] entries, Stream file)
    {
        Dictionary<string, Tensor> read = new(StringComparer.Ordinal);
        try
        {
            foreach ((string name, TorchTensor tensor) in entries)
                read.Add(name, tensor.Read(file, contents.StartOf(tensor.Storage)));
            return read;
        }
        catch
        {
            Free(read);
            throw;
        }
    }

    private KeyValuePair<string, TorchTensor>[] Listed(string key) =>
        [.. (key.Length == 0 ? outer : Tensors(key)!).Where(e => e.Value is TorchTensor)
            .Select(e => KeyValuePair.Create(e.Key, (TorchTensor)e.Value!))];

    private OrderedDictionary<string, object?>? Tensors(string key) =>
        outer.GetValueOrDefault(key) is OrderedDictionary<string, object?> inner && inner.Values.Any(v => v is TorchTensor)
            ? inner : null;

    private static void Free(Dictionary<string, Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Values) tensor.Dispose();
    }
}
