using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Models;

/// <summary>
/// What the manifest of a model's golden says: the network, how its weights, pictures and labels come about, and what the
/// official code made of them. The numbers themselves lie in the safetensors file beside it.
/// </summary>
/// <param name="Arch">One of <see cref="Architectures"/>.</param>
/// <param name="Config">Its sizes.</param>
/// <param name="Mode"><c>train</c> or <c>eval</c>.</param>
/// <param name="Weights">The rule of every weight and buffer.</param>
/// <param name="Input">The rule of the pictures.</param>
/// <param name="Labels">A class for each picture.</param>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="LossTolerance">By how much of it a loss may differ.</param>
/// <param name="GradNorms">The norm of each parameter's gradient.</param>
/// <param name="GradNormTolerance">By how much of it a norm may differ.</param>
/// <param name="Tensors">What is compared number by number.</param>
internal sealed record GoldenManifest(string Arch, GoldenConfig Config, string Mode, GoldenWeights Weights, GoldenInput Input,
    long[] Labels, double Loss, double LossTolerance, Dictionary<string, double> GradNorms, double GradNormTolerance,
    Dictionary<string, GoldenTensor> Tensors)
{
    /// <summary>How manifests are read.</summary>
    public static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The networks that there are goldens of.</summary>
    public static IReadOnlyList<string> Architectures { get; } =
        ["vim", "deit", "mambaout", "resnet18_toolbox", "resnet18_toolbox_narrow", "resnet18_torchvision"];

    /// <summary>Reads a manifest; null where the file is one of something else.</summary>
    /// <exception cref="InputException">It cannot be read, or is a model's and incomplete.</exception>
    public static GoldenManifest? Read(string path)
    {
        try
        {
            byte[] text = File.ReadAllBytes(path);
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            bool isModel = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("tensors", out _)
                && root.TryGetProperty("arch", out JsonElement arch) && arch.ValueKind == JsonValueKind.String
                && Architectures.Contains(arch.GetString());
            return isModel ? root.Deserialize<GoldenManifest>(Format) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"is no manifest of a model's golden: {e.Message}", e);
        }
    }

    /// <summary>The network, without its weights.</summary>
    /// <exception cref="InvalidDataException">There is no such network.</exception>
    public static Backbone Build(string arch, GoldenConfig sizes) => arch switch
    {
        "vim" => new Vim(new VimConfig(sizes.ImgSize, sizes.PatchSize, sizes.Stride, sizes.EmbedDim, sizes.Depth, sizes.DState,
            sizes.NumClasses)),
        "deit" => new DeiT(new DeiTConfig(sizes.ImgSize, sizes.PatchSize, sizes.EmbedDim, sizes.Depth, sizes.NumHeads,
            sizes.NumClasses)),
        "mambaout" => new MambaOut(new MambaOutConfig(sizes.Depths, sizes.Dims, sizes.NumClasses)),
        "resnet18_toolbox" => new ResNet(new ResNetConfig([64, 128, 256, 512], ImageNetStem: false, sizes.NumClasses)),
        "resnet18_toolbox_narrow" => new ResNet(new ResNetConfig([16, 32, 48, 64], ImageNetStem: false, sizes.NumClasses)),
        "resnet18_torchvision" => new ResNet(new ResNetConfig([64, 128, 256, 512], ImageNetStem: true, sizes.NumClasses)),
        _ => throw new InvalidDataException($"there is no network '{arch}'"),
    };
}

/// <summary>Sizes of a network; 0 and none where its family has no such size.</summary>
internal sealed record GoldenConfig
{
    public int ImgSize { get; init; }

    public int PatchSize { get; init; }

    public int Stride { get; init; }

    public int EmbedDim { get; init; }

    public int Depth { get; init; }

    public int DState { get; init; }

    public int NumHeads { get; init; }

    public int NumClasses { get; init; }

    public int[] Depths { get; init; } = [];

    public int[] Dims { get; init; } = [];
}

/// <summary>The rules of all weights and buffers, and the seed of their values.</summary>
internal sealed record GoldenWeights(ulong Seed, GoldenEntry[] Entries);

/// <summary>The rule of a weight or buffer.</summary>
/// <param name="Name">As in the official state.</param>
/// <param name="Shape">Its sides.</param>
/// <param name="Rule"><c>affine</c>, <c>log_arange</c> or <c>constant_i64</c>.</param>
/// <param name="Offset">Of <c>affine</c>.</param>
/// <param name="Scale">Of <c>affine</c>.</param>
/// <param name="Jitter">Of <c>log_arange</c>.</param>
/// <param name="Value">Of <c>constant_i64</c>.</param>
internal sealed record GoldenEntry(
    string Name, long[] Shape, string Rule, double Offset = 0, double Scale = 0, double Jitter = 0, long Value = 0);

/// <summary>The rule of the pictures.</summary>
/// <param name="Seed">Of their values.</param>
/// <param name="Name">What the values are drawn for.</param>
/// <param name="Shape">[B, 3, H, W].</param>
/// <param name="Offset">Mean.</param>
/// <param name="Scale">Values lie within so much of it.</param>
/// <param name="Sum">Sum of the values, by which the rule is checked.</param>
internal sealed record GoldenInput(ulong Seed, string Name, long[] Shape, double Offset, double Scale,
    [property: JsonPropertyName("float64_sum_of_float32_values")] double Sum);

/// <summary>A tensor that is compared.</summary>
/// <param name="FullShape">Its sides.</param>
/// <param name="Tolerance">By how much of the largest value numbers may differ.</param>
/// <param name="Sampled">How many of its numbers are stored; null for all.</param>
/// <param name="Mean">Of all numbers, where some are stored.</param>
/// <param name="MaxAbs">Of all numbers, where some are stored.</param>
internal sealed record GoldenTensor(long[] FullShape, double Tolerance, int? Sampled = null, double Mean = 0, double MaxAbs = 0);
