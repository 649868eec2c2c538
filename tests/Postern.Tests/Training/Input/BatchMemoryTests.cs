using Postern.Native;
using Postern.Training.Input;

namespace Postern.Tests.Training.Input;

/// <summary>When the memory of a batch is used again. A device without memory stands for a card.</summary>
public class BatchMemoryTests
{
    [Fact]
    public void The_processor_writes_the_next_batch_to_the_memory_that_was_given_back_last()
    {
        using var memory = new BatchMemory(ComputeDevice.Cpu);
        BatchMemory.Lease first = memory.Take(2, 8), second = memory.Take(2, 8);
        nint last = second.Address;
        first.Dispose();
        second.Dispose();
        Assert.Equal(last, memory.Take(2, 8).Address);
    }

    [Fact]
    public void Memory_that_a_card_reads_is_waited_for_and_only_after_others_had_their_turn()
    {
        var waits = new List<int>();
        using (var memory = new BatchMemory(new ComputeDevice("meta")))
        {
            var addresses = new List<nint>();
            for (int batch = 0; batch < 5; batch++)
            {
                int number = batch;
                BatchMemory.Lease lease = memory.Take(2, 8);
                addresses.Add(lease.Address);
                // Whoever writes before it has been read would change what the card gets.
                Assert.True(batch < 3 || waits.Contains(batch - 3), $"batch {batch}: waited for {string.Join(", ", waits)}");
                lease.Dispose(() => waits.Add(number));
            }
            Assert.Equal(3, addresses.Distinct().Count());
            Assert.Equal([addresses[0], addresses[1]], addresses[3..]);
            Assert.Equal([0, 1], waits);
        }
        Assert.Equal([0, 1, 2, 3, 4], waits);
    }

    [Fact]
    public void Memory_of_another_size_is_released_once_it_has_been_read()
    {
        var waits = new List<int>();
        using var memory = new BatchMemory(new ComputeDevice("meta"));
        for (int batch = 0; batch < 3; batch++) memory.Take(2, 8).Dispose(() => waits.Add(0));
        memory.Take(1, 8).Dispose(() => waits.Add(1));
        Assert.Equal([0], waits);
    }
}
