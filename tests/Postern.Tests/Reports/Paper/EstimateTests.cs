using MathNet.Numerics.Distributions;
using Postern.Evaluation;
using Postern.Reports.Paper;
using Postern.Reports.Tables;

namespace Postern.Tests.Reports.Paper;

public class EstimateTests
{
    [Fact]
    public void Welch_s_test_of_two_known_samples_has_its_known_statistic_and_freedom()
    {
        Estimate a = Estimate.OfSeeds([27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4],
            null);
        Estimate b = Estimate.OfSeeds([27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4],
            null);
        Estimate difference = Estimate.Sum([(1, a), (-1, b)]);
        Assert.Equal(-2.455356398286006, difference.Value / Math.Sqrt(difference.Variance), 9);
        Assert.Equal(24.98852929023142, difference.Freedom, 9);
        Assert.Equal(0.0214, 2 * StudentT.CDF(0, 1, difference.Freedom, -2.455356398286006), 4);
        Assert.True(difference.High < 0);
    }

    [Theory]
    [InlineData(1, 12.706204736)]
    [InlineData(2, 4.302652730)]
    [InlineData(4, 2.776445105)]
    [InlineData(30, 2.042272456)]
    [InlineData(double.PositiveInfinity, 1.959963985)]
    public void Intervals_use_student_s_quantiles(double freedom, double quantile) =>
        Assert.Equal(quantile, new Estimate(0, 1, freedom).HalfWidth, 6);

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void A_share_of_nothing_or_all_is_not_certain(int hits)
    {
        double variance = Estimate.CountVariance(new Proportion(hits, 1000));
        Assert.Equal(2.0 / 1004 * (1 - 2.0 / 1004) / 1000, variance, 15);
        Assert.InRange(Estimate.OfSeeds([0], [variance]).HalfWidth, 0.002, 0.004);
    }

    [Fact]
    public void Seeds_that_agree_by_chance_are_not_more_certain_than_their_pictures()
    {
        Estimate three = Estimate.OfSeeds([50, 50, 50], [2.5, 2.5, 2.5]), one = Estimate.OfSeeds([50], [2.5]);
        Assert.Equal((2.5 / 3, 2.0), (three.Variance, three.Freedom));
        Assert.Equal((2.5, double.PositiveInfinity), (one.Variance, one.Freedom));
        Estimate spread = Estimate.OfSeeds([40, 50, 60], [2.5, 2.5, 2.5]);
        Assert.Equal(100 / 3.0, spread.Variance, 12);
    }

    [Fact]
    public void One_seed_against_three_has_the_freedom_of_the_three()
    {
        Estimate difference = Estimate.Sum([(1, Estimate.OfSeeds([70], [2])), (-1, Estimate.OfSeeds([40, 50, 60], [2, 2, 2]))]);
        double between = 100 / 3.0;
        Assert.Equal((2 + between) * (2 + between) / (between * between / 2), difference.Freedom, 9);
        Assert.InRange(difference.Freedom, 2, 2.3);
        Assert.Equal(20, difference.Value, 12);
    }

    [Fact]
    public void Nothing_is_known_of_a_loss_from_one_seed() =>
        Assert.Equal(double.PositiveInfinity,
            Estimate.Sum([(1, Estimate.OfSeeds([0.2], null)), (-1, Estimate.OfSeeds([0.4, 0.5], null))]).HalfWidth);

    [Theory]
    [InlineData(Relation.Greater, 0, 5, 1, Verdict.Holds)]
    [InlineData(Relation.Greater, 0, -5, 1, Verdict.Fails)]
    [InlineData(Relation.Greater, 0, 1, 2, Verdict.Undecided)]
    [InlineData(Relation.Greater, 20, 19, 0.5, Verdict.Fails)]
    [InlineData(Relation.Less, 20, -21, 0.5, Verdict.Holds)]
    [InlineData(Relation.Less, 20, -19, 0.5, Verdict.Fails)]
    [InlineData(Relation.AtLeast, 1, -0.5, 0.4, Verdict.Holds)]
    [InlineData(Relation.AtLeast, 1, -2, 0.4, Verdict.Fails)]
    [InlineData(Relation.AtMost, 1, 0.5, 0.4, Verdict.Holds)]
    [InlineData(Relation.AtMost, 1, 2, 0.4, Verdict.Fails)]
    [InlineData(Relation.Within, 1, 0.5, 0.4, Verdict.Holds)]
    [InlineData(Relation.Within, 1, -1.2, 0.4, Verdict.Undecided)]
    [InlineData(Relation.Within, 1, -2, 0.4, Verdict.Fails)]
    [InlineData(Relation.Within, 1, 2, 0.4, Verdict.Fails)]
    [InlineData(Relation.Within, 1, 0, 3, Verdict.Undecided)]
    public void A_relation_is_decided_by_the_whole_interval(Relation relation, double margin, double difference, double halfWidth,
        Verdict expected)
    {
        double sd = halfWidth / new Estimate(0, 1, double.PositiveInfinity).HalfWidth;
        Assert.Equal(
            expected, ComparisonResult.Judge(relation, margin, new Estimate(difference, sd * sd, double.PositiveInfinity)));
    }
}
