using Postern.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Attacks.Learned;

/// <summary>
/// ISSBA's decoder (<c>docs/reference/attacks.md 2.11</c>): reads the secret out of a picture, straightened by a spatial
/// transformer first. Parameter names of the public code; 756,538 parameters at 32 pixels and 20 bits.
/// </summary>
internal sealed class IssbaDecoder : nn.Module<Tensor, Tensor>
{
    private const string AffineWeight = "W_fc1", AffineBias = "b_fc1";
    private static readonly Scalar Half = 0.5;
    // In arrays, since TorchSharp would register a field under its own name too.
    private readonly Sequential[] transformer, reader;

    /// <summary>
    /// For pictures of <paramref name="size"/> pixels, a multiple of 32, and secrets of <paramref name="bits"/> bits.
    /// </summary>
    public IssbaDecoder(int size, int bits) : base(nameof(IssbaDecoder))
    {
        register_parameter(AffineWeight, new Parameter(zeros(128, 6, device: CPU)));
        register_parameter(AffineBias, new Parameter(zeros(6, device: CPU)));
        transformer =
        [
            Convs((3, 32, 2), (32, 64, 2), (64, 128, 2)),
            nn.Sequential(("0", nn.Linear(128L * (size / 8) * (size / 8), 128)), ("1", nn.ReLU())),
        ];
        reader =
        [
            Convs((3, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 2), (64, 128, 2), (128, 128, 2)),
            nn.Sequential(("0", nn.Linear(128L * (size / 32) * (size / 32), 512)), ("1", nn.ReLU()), ("2", nn.Linear(512, bits))),
        ];
        register_module("stn_params_former", transformer[0]);
        register_module("stn_params_later", transformer[1]);
        register_module("decoder", reader[0]);
        register_module("decoder_later", reader[1]);
    }

    /// <summary>The transformer starts as the identity, whatever the rest is initialised with.</summary>
    public void InitialiseTransformer()
    {
        Initial.Constant(get_parameter(AffineWeight)!, 0);
        int at = 0;
        Initial.Fill(get_parameter(AffineBias)!, () => at++ is 0 or 4 ? 1 : 0);
    }

    /// <summary>Logits of the secret's bits.</summary>
    /// <param name="image">[B, 3, S, S], [0, 1].</param>
    /// <returns>[B, bits].</returns>
    public override Tensor forward(Tensor image)
    {
        Tensor x = image - Half;
        Tensor parameters = transformer[1].forward(transformer[0].forward(x).flatten(1));
        Tensor map = (parameters.matmul(get_parameter(AffineWeight)!) + get_parameter(AffineBias)!).view(-1, 2, 3);
        Tensor grid = nn.functional.affine_grid(map, x.shape, align_corners: false);
        Tensor straight = nn.functional.grid_sample(x, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros,
            align_corners: false);
        return reader[1].forward(reader[0].forward(straight).flatten(1));
    }

    // Convolutions at even places, ReLU at odd ones, as in the public code.
    private static Sequential Convs(
        params (int Inputs, int Outputs, int Stride)[] layers) => nn.Sequential(layers.Index().SelectMany(
        l => new (string, nn.Module<Tensor, Tensor>)[]
        {
            ($"{2 * l.Index}", new SameConv(l.Item.Inputs, l.Item.Outputs, 3, l.Item.Stride)), ($"{2 * l.Index + 1}", nn.ReLU()),
        }));
}
