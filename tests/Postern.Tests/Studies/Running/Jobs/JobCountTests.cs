using Postern.Studies.Jobs;

namespace Postern.Tests.Studies.Jobs;

public class JobCountTests
{
    private const long Plenty = 1L << 40;

    [Theory]
    [InlineData(9_000_000L, 100, 16, 16)]
    [InlineData(400_000_000L, 100, 16, 4)]
    [InlineData(4_000_000_000L, 100, 16, 2)]
    [InlineData(4_000_000_000L, 100, 4, 1)]
    [InlineData(9_000_000L, 3, 16, 3)]
    [InlineData(0L, 0, 16, 1)]
    public void Small_models_take_one_thread_each_and_no_job_is_without_a_cell(
        long multiplyAdds, int cells, int threads, int expected) =>
        Assert.Equal(expected, JobCount.Auto(multiplyAdds, cells, threads, Plenty));

    [Fact]
    public void Little_memory_means_fewer_jobs_and_unknown_memory_does_not()
    {
        Assert.Equal(3, JobCount.Auto(9_000_000, 100, 16, 7L << 30));
        Assert.Equal(1, JobCount.Auto(9_000_000, 100, 16, 1L << 30));
        Assert.Equal(16, JobCount.Auto(9_000_000, 100, 16, memory: 0));
    }
}
