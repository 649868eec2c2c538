using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class CleanSplitTests
{
    private static readonly StripeImages Train = new(400);

    [Fact]
    public void Every_class_has_its_share_and_a_fifth_is_for_validation()
    {
        var split = CleanSplit.Draw(Train, seed: 3);
        Assert.Equal((16, 4, Train.Fingerprint), (split.Tuning.Count, split.Validation.Count, split.Fingerprint));
        Assert.Empty(split.Tuning.Intersect(split.Validation));
        foreach (IReadOnlyList<int> part in new[] { split.Tuning, split.Validation })
        {
            Assert.Equal(part.Order(), part);
            Assert.All(part.GroupBy(i => Train.Labels[i]), c => Assert.Equal(part.Count / 4, c.Count()));
        }
    }

    [Fact]
    public void A_seed_decides_who_and_a_share_how_many()
    {
        var split = CleanSplit.Draw(Train, seed: 3);
        Assert.Equal(split.Tuning, CleanSplit.Draw(Train, seed: 3).Tuning);
        Assert.NotEqual(split.Tuning, CleanSplit.Draw(Train, seed: 4).Tuning);
        Assert.Equal(80, CleanSplit.Draw(Train, seed: 3, share: 0.2m) is { } larger
            ? larger.Tuning.Count + larger.Validation.Count : 0);
        Assert.NotEqual(SubsetImageSet.Stratified(Train.Labels, 20, 3), [.. split.Tuning.Concat(split.Validation).Order()]);
    }

    [Fact]
    public void Even_a_tiny_split_gives_something_to_learn_from_and_something_to_choose_by()
    {
        var split = CleanSplit.Draw(new StripeImages(3));
        Assert.Equal((1, 1), (split.Tuning.Count, split.Validation.Count));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.01")]
    public void A_share_of_nothing_or_of_more_than_all_is_refused(string share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CleanSplit.Draw(Train,
            share: decimal.Parse(share, System.Globalization.CultureInfo.InvariantCulture)));
}
