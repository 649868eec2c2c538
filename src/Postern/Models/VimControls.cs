using Postern.Configuration;

namespace Postern.Models;

/// <summary>What a mixer has in the place of its selective scan s, with y = (s + D u) SiLU(z).</summary>
public enum SsmKind
{
    /// <summary>The scan.</summary>
    Full,
    /// <summary>Nothing: s = 0, so that a token's y is made of its own u and of the convolution.</summary>
    Identity,
    /// <summary>No state is carried on: s_t = Δ_t u_t (C_t · B_t).</summary>
    NoMemory,
    /// <summary>No decay: exp(Δ A) is 1, and the state a sum over all tokens so far.</summary>
    NoForgetting,
    /// <summary>No selection: Δ, B and C are parameters, the same for every token and picture.</summary>
    Lti,
}

/// <summary>Which scans of a mixer run; the other one's s is 0, while its convolution and skip stay.</summary>
public enum ScanDirections
{
    /// <summary>Both.</summary>
    Both,
    /// <summary>From the first token on.</summary>
    Forward,
    /// <summary>From the last token on.</summary>
    Backward,
}

/// <summary>In which order the patches stand before the first block, their positions already embedded.</summary>
public enum TokenOrder
{
    /// <summary>Row by row.</summary>
    Raster,
    /// <summary>In one random order, the same for all pictures and networks.</summary>
    Fixed,
    /// <summary>In a random order of each picture's own, a function of its pixels.</summary>
    PerPicture,
}

/// <summary>What a Vim's classifier reads.</summary>
public enum ReadOut
{
    /// <summary>The class token in the middle of the patches, as published.</summary>
    Middle,
    /// <summary>A class token before the first patch.</summary>
    Head,
    /// <summary>The mean of all tokens; a class token stands in the middle as one of them.</summary>
    Mean,
}

/// <summary>How long the steps Δ of a Vim's scans are before it has learnt anything.</summary>
public enum InitialSteps
{
    /// <summary>As the official code leaves them: short ones of the forward scan, long ones of the backward scan.</summary>
    Official,
    /// <summary>Short ones of both, 0.001 to 0.1: states are remembered over tens to thousands of tokens.</summary>
    Short,
    /// <summary>Long ones of both, ln 2: half of the slowest state is forgotten with every token.</summary>
    Long,
}

/// <summary>
/// A Vim with one thing changed, to see what that thing does: the controls of an experiment about the SSM. The neutral ones are
/// the published network. Parameters that a control leaves unused stay, so that weights can be loaded, and are not trained.
/// </summary>
public sealed record VimControls
{
    private const int Kernel = 4;

    /// <summary>What stands in the place of the scans.</summary>
    public SsmKind Ssm { get; init; }

    /// <summary>Which scans run.</summary>
    public ScanDirections Directions { get; init; }

    /// <summary>W, where states are set to zero before every W tokens, counted along each scan; 0 for never.</summary>
    public int Window { get; init; }

    /// <summary>The order of the patches.</summary>
    public TokenOrder Order { get; init; }

    /// <summary>Tokens that a mixer's convolution sees: 4, or 1 for no mixing.</summary>
    public int Conv { get; init; } = Kernel;

    /// <summary>What the classifier reads.</summary>
    public ReadOut ReadOut { get; init; }

    /// <summary>How long steps are at the beginning; the network itself is the published one.</summary>
    public InitialSteps Steps { get; init; }

    /// <summary>Whether the network computes what the published one does, whatever it begins with.</summary>
    internal bool ArePublished => this with { Steps = InitialSteps.Official } == new VimControls();

    /// <summary>The options of a study.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        Word("ssm", "in the place of the scan: full, identity (nothing), no-memory, no-forgetting, lti (no selection)",
            "full", "identity", "no-memory", "no-forgetting", "lti"),
        Word("directions", "which scans run", "both", "forward", "backward"),
        new("window", OptionKind.Integer, "0", "tokens after which the state is set to zero; 0 for never")
        {
            Min = 0,
            Max = 4096,
            Neutral = "0",
        },
        Word("order", "of the patches along the scan", "raster", "fixed", "per-picture"),
        Word("conv", "tokens that a mixer's convolution sees", "4", "1"),
        Word("readout", "what the classifier reads: the class token in the middle or at the head, or the mean of all tokens",
            "middle", "head", "mean"),
        Word("steps", "length of steps before training: official (forward 0.001 to 0.1, backward 0.69), short or long in both",
            "official", "short", "long"),
    ];

    /// <summary>What a study asks for.</summary>
    internal static VimControls Of(Choice choice) => new()
    {
        Ssm = choice.Word("ssm") switch
        {
            "identity" => SsmKind.Identity,
            "no-memory" => SsmKind.NoMemory,
            "no-forgetting" => SsmKind.NoForgetting,
            "lti" => SsmKind.Lti,
            _ => SsmKind.Full,
        },
        Directions = choice.Word("directions") switch
        {
            "forward" => ScanDirections.Forward,
            "backward" => ScanDirections.Backward,
            _ => ScanDirections.Both,
        },
        Window = choice.Integer("window"),
        Order = choice.Word("order") switch
        {
            "fixed" => TokenOrder.Fixed,
            "per-picture" => TokenOrder.PerPicture,
            _ => TokenOrder.Raster,
        },
        Conv = choice.Word("conv") == "1" ? 1 : Kernel,
        ReadOut = choice.Word("readout") switch
        {
            "head" => ReadOut.Head,
            "mean" => ReadOut.Mean,
            _ => ReadOut.Middle,
        },
        Steps = choice.Word("steps") switch
        {
            "short" => InitialSteps.Short,
            "long" => InitialSteps.Long,
            _ => InitialSteps.Official,
        },
    };

    /// <summary>What stands in the place of one scan.</summary>
    internal SsmKind Of(bool reverse) =>
        Directions == (reverse ? ScanDirections.Forward : ScanDirections.Backward) ? SsmKind.Identity : Ssm;

    private static OptionInfo Word(
        string name, string meaning, params string[] words) => new(name, OptionKind.Word, words[0], meaning)
        {
            Allowed = words,
            Neutral = words[0],
        };
}
