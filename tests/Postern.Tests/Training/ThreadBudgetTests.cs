using Postern.Training;

namespace Postern.Tests.Training;

public class ThreadBudgetTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(16, 16, 8)]
    public void Arithmetic_has_all_threads_and_loaders_half_as_many(int threads, int compute, int loaders)
    {
        var budget = new ThreadBudget(threads);
        Assert.Equal((threads, compute, loaders), (budget.Threads, budget.Compute, budget.Loaders));
    }

    [Theory]
    [InlineData(16, 4, 4)]
    [InlineData(7, 2, 3)]
    [InlineData(2, 5, 1)]
    public void Jobs_share_the_threads_and_each_has_one(int threads, int jobs, int expected) =>
        Assert.Equal(expected, new ThreadBudget(threads).Share(jobs).Threads);

    [Fact]
    public void There_is_at_least_one_thread() => Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadBudget(0));
}
