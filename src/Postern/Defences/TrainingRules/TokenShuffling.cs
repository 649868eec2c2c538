using Postern.Configuration;

namespace Postern.Defences.TrainingRules;

/// <summary>
/// Stochastic layer-wise token shuffling (Huang et al. 2024): while it trains, a block of an SSM is given its tokens in a random
/// order, the later the block the more often, and their order is put back behind it. An augmentation native to models whose
/// result depends on the order of tokens; attention does not, and MambaOut has no order.
/// </summary>
internal static class TokenShuffling
{
    internal static DefenceEntry Entry { get; } = new("token-shuffling", "shuffles the tokens of a Vim's blocks while it trains",
        [
            new("rate", OptionKind.Number, "0.5",
                "chance that the last block is given shuffled tokens; earlier ones in proportion")
            {
                Min = 0,
                Max = 1,
            },
        ],
        (choice, _) => new Defence { TokenShuffle = (double)choice.Number("rate") })
    {
        Stages = _ => DefenceStages.Training,
    };
}
