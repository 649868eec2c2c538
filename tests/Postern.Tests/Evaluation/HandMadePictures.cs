using Postern.Datasets;
using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Tests.Evaluation;

/// <summary>
/// Grey pictures that say in their first two pixels what <see cref="HandMadeModel"/> answers: the class while they are clean, and
/// whether a trigger turns the answer into class 0.
/// </summary>
/// <param name="pictures">True class, class that the model takes the clean picture for, and whether it obeys a trigger.</param>
internal sealed class HandMadePictures(params (int Label, int Shown, bool Obeys)[] pictures)
    : ImageSet(32, [.. pictures.Select(p => p.Label)], ["zero", "one", "two"])
{
    public const int Step = 50;
    private const byte Grey = 128;

    public override string Fingerprint => string.Join(' ', pictures);

    public override void Read(int index, Span<byte> pixels)
    {
        pixels.Fill(Grey);
        pixels[0] = (byte)(pictures[index].Shown * Step);
        pixels[1] = pictures[index].Obeys ? (byte)255 : (byte)0;
    }
}

/// <summary>Answers as <see cref="HandMadePictures"/> say; any pixel below the first row that is not grey is a trigger.</summary>
internal sealed class HandMadeModel() : Backbone("hand-made")
{
    public override string Head => "none";

    public override Tensor forward(Tensor input)
    {
        Tensor pixels = input * 127.5 + 127.5;                                                // normalised by 0.5 and 0.5
        Tensor shown = (pixels[.., 0, 0, 0] / HandMadePictures.Step).round();                 // [B]
        Tensor obeys = pixels[.., 0, 0, 1] > 200;                                             // [B]
        Tensor triggered = (pixels[.., .., 1.., ..] - 128).abs().flatten(1).amax([1]) > 20;   // [B]
        Tensor answer = where(obeys & triggered, zeros_like(shown), shown).to(ScalarType.Int64);
        return nn.functional.one_hot(answer, 3).to(ScalarType.Float32);
    }

    public override long MultiplyAdds(int imageSize) => 0;

    public override void Initialise(long seed) { }
}
