using System.Diagnostics;
using Postern.Tests.Studies;

namespace Postern.Tests.Files;

[Trait("Category", "Fault")]
public sealed class FolderClaimTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Cell => Path.Combine(folder.Path, "cell");

    private string Claim => Path.Combine(Cell, ".claim-1");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_claim_is_exclusive_and_gone_when_given_back()
    {
        Assert.False(FolderClaim.IsHeld(Cell));
        using (FolderClaim held = FolderClaim.TryTake(Cell)!)
        {
            Assert.True(FolderClaim.IsHeld(Cell));
            Assert.Null(FolderClaim.TryTake(Cell));
            Assert.Null(held.Former);
            held.Check();
            string text = File.ReadAllText(Claim);
            Assert.Contains(Environment.MachineName, text, StringComparison.Ordinal);
            Assert.Contains($"\"process\": {Environment.ProcessId}", text, StringComparison.Ordinal);
        }
        Assert.False(FolderClaim.IsHeld(Cell));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Cell));
    }

    [Fact]
    public void Of_many_who_want_a_folder_one_has_it_at_a_time()
    {
        int inside = 0, taken = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 25; i++)
            {
                using FolderClaim? held = FolderClaim.TryTake(Cell);
                if (held is null) continue;
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Interlocked.Increment(ref taken);
                Interlocked.Decrement(ref inside);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.True(taken > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Cell));
    }

    [Fact]
    public void A_dead_holder_is_succeeded_at_once_and_told_of()
    {
        using (Process dead = Process.Start(new ProcessStartInfo("sleep", "60"))!)
        {
            Directory.CreateDirectory(Cell);
            ClaimRecord record = ClaimRecord.Own("other") with { Process = dead.Id, Started = 1 };
            File.WriteAllBytes(Claim, record.Bytes());
            dead.Kill();
            dead.WaitForExit();
        }
        using FolderClaim held = FolderClaim.TryTake(Cell)!;
        Assert.Contains("ended without a word", held.Former!.Obituary(), StringComparison.Ordinal);
        Assert.True(FolderClaim.IsHeld(Cell));
    }

    [Fact]
    public void A_holder_elsewhere_holds_until_its_heart_has_stood_still()
    {
        Directory.CreateDirectory(Cell);
        ClaimRecord elsewhere = ClaimRecord.Own("other") with { System = "another machine", Host = "node7" };
        File.WriteAllBytes(Claim, elsewhere.Bytes());
        Assert.Null(FolderClaim.TryTake(Cell));
        Assert.True(FolderClaim.IsHeld(Cell));
        File.SetLastWriteTimeUtc(Claim, DateTime.UtcNow - FolderClaim.Expiry - TimeSpan.FromSeconds(2));
        Assert.False(FolderClaim.IsHeld(Cell));
        using FolderClaim held = FolderClaim.TryTake(Cell)!;
        Assert.Contains("node7", held.Former!.Obituary(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_stood_still_and_was_succeeded_writes_nothing_more()
    {
        using FolderClaim slept = FolderClaim.TryTake(Cell)!;
        string file = Path.Combine(Cell, "result.json");
        AtomicFile.WriteText(file, "before");
        File.WriteAllBytes(Path.Combine(Cell, ".claim-2"), ClaimRecord.Own("successor").Bytes());
        Assert.Throws<ClaimLostException>(() => AtomicFile.WriteText(file, "after"));
        Assert.Equal("before", File.ReadAllText(file));
        Assert.Empty(Directory.EnumerateFiles(Cell, "*.tmp"));
        slept.Dispose();
        Assert.True(File.Exists(Path.Combine(Cell, ".claim-2")));
    }

    [Fact]
    public void A_deleted_folder_is_not_made_again()
    {
        using FolderClaim held = FolderClaim.TryTake(Cell)!;
        Directory.Delete(Cell, recursive: true);
        Assert.Throws<ClaimLostException>(() => AtomicFile.WriteText(Path.Combine(Cell, "cell.json"), "{}"));
        Assert.False(Directory.Exists(Cell));
    }

    [Fact]
    public void What_is_no_claim_is_an_error_and_no_holder()
    {
        Directory.CreateDirectory(Cell);
        File.CreateSymbolicLink(Claim, Path.Combine(folder.Path, "nowhere"));
        Assert.Contains("link to nothing", Assert.Throws<InputException>(() => FolderClaim.TryTake(Cell)).Message,
            StringComparison.Ordinal);
        string file = folder.File("file", "in the way");
        Assert.Throws<InputException>(() => FolderClaim.TryTake(file));
        Assert.Throws<InputException>(() => FolderClaim.TryTake("/proc/no-such-place"));
    }

    [Fact]
    public void Half_written_files_of_the_dead_are_removed_and_those_of_the_living_are_not()
    {
        Directory.CreateDirectory(Cell);
        string own = TemporaryName.Beside(Path.Combine(Cell, "a.json"));
        string dead = own.Replace($"-{Environment.ProcessId}-", "-999999999-", StringComparison.Ordinal);
        string old = Path.Combine(Cell, ".a.json.1a2b3c4d.tmp");
        foreach (string file in new[] { own, dead, old }) File.WriteAllText(file, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        TemporaryName.RemoveDead(Cell);
        Assert.Equal([own], Directory.EnumerateFiles(Cell));
        TemporaryName.RemoveOwn();
        Assert.Empty(Directory.EnumerateFiles(Cell));
        TemporaryName.Forget(own);
    }
}
