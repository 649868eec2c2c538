using Postern.Probes;
using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class ProbeTrackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static ProbeTrack Of(params int[] epochs) => new("cell-0123", "memory",
        new Dictionary<string, string> { ["pictures"] = "20", ["every"] = "2" },
        [.. epochs.Select(
            e => new ProbedEpoch(e, [new ProbeNumber("half-life", "Half-life", Quantity.Of(e, ProbeUnit.Tokens))]))]);

    [Fact]
    public void What_was_found_by_epoch_is_the_same_from_its_file_and_no_record_of_the_trained_network()
    {
        Of(2, 4).Write(folder.Path);
        Assert.Equivalent(Of(2, 4), ProbeTrack.Read(folder.Path, "memory"), strict: true);
        Assert.Equal(["memory"], ProbeTrack.ReadAll(folder.Path).Select(t => t.Probe));
        Assert.Empty(ProbeRecord.ReadAll(folder.Path));
        Assert.Null(ProbeTrack.Read(folder.Path, "knock-outs"));
    }

    [Fact]
    public void Epochs_out_of_order_are_damage()
    {
        Of(4, 2).Write(folder.Path);
        string error = Assert.Throws<InputException>(() => ProbeTrack.Read(folder.Path, "memory")).Message;
        Assert.Contains("memory.epochs.json: is damaged (its epochs are not in order)", error, StringComparison.Ordinal);
    }
}
