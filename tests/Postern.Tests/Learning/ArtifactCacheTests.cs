using Postern.Learning;
using Postern.Tests.Studies;

namespace Postern.Tests.Learning;

public class ArtifactCacheTests
{
    private static readonly ArtifactKey Key = ArtifactKey.Of("encoder", Quiet.Stripes(8), 32, ("epochs", 2), ("weight", 1.5m));

    private static readonly AcceptanceCheck[] Checks =
        [new("bit accuracy", 0.995, 0.99, AtLeast: true), new("mask", double.NaN, 0.1, AtLeast: false)];

    private static IReadOnlyList<AcceptanceCheck> Write(string folder)
    {
        AtomicFile.WriteText(Path.Combine(folder, "weights.safetensors"), "made");
        return Checks;
    }

    [Fact]
    public void The_key_names_everything_that_decides_an_artifact()
    {
        string fingerprint = Quiet.Stripes(8).Train.Fingerprint;
        Assert.Equal(
            $"train={fingerprint}\nclasses=4\nsize=32\nmean=0.4914 0.4822 0.4465\nstd=0.247 0.243 0.261\nepochs=2\nweight=1.5\n",
            Key.Text);
        Assert.Matches("^encoder-[0-9a-f]{8}$", Key.FolderName);
        Assert.NotEqual(Key.FolderName,
            ArtifactKey.Of("encoder", Quiet.Stripes(9), 32, ("epochs", 2), ("weight", 1.5m)).FolderName);
    }

    [Fact]
    public void What_is_there_is_not_made_again_and_keeps_its_acceptance_values()
    {
        using var folder = new TemporaryFolder();
        PreparationContext context = Quiet.Context(folder.Path);
        Artifact made = context.Cache.GetOrMake(Key, context, Write);
        Artifact found = context.Cache.GetOrMake(Key, context, _ => throw new InvalidOperationException("made twice"));
        Assert.Equal("made", File.ReadAllText(found.WeightsPath));
        Assert.Equal(made.WeightsPath, found.WeightsPath);
        Assert.Equal(Checks, found.Acceptance);
        Assert.Equal([true, false], found.Acceptance.Select(c => c.Passed));
        Assert.Equal("bit accuracy is 0.995, must be at least 0.99", found.Acceptance[0].ToString());
    }

    [Fact]
    public void Of_many_callers_at_once_one_makes_and_the_others_wait()
    {
        using var folder = new TemporaryFolder();
        int made = 0, waited = 0;
        var found = new Artifact[4];
        using var makerStarted = new ManualResetEventSlim();
        Thread[] callers = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() =>
        {
            if (i > 0) makerStarted.Wait();
            PreparationContext context = Quiet.Context(folder.Path, (_, _) => Interlocked.Increment(ref waited));
            found[i] = context.Cache.GetOrMake(Key, context, place =>
            {
                Interlocked.Increment(ref made);
                makerStarted.Set();
                SpinWait.SpinUntil(() => Volatile.Read(ref waited) == 3, TimeSpan.FromSeconds(30));
                return Write(place);
            });
        }))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        Assert.Equal((1, 3), (made, waited));
        Assert.Single(found.Select(f => f.WeightsPath).Distinct());
    }

    [Fact]
    public void A_waiting_caller_can_be_cancelled()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        PreparationContext context = Quiet.Context(folder.Path, (_, _) => cancel.Cancel(), cancel.Token);
        string place = Path.Combine(folder.Path, Key.FolderName);
        Directory.CreateDirectory(place);
        using FolderClaim held = FolderClaim.TryTake(place)!;
        Assert.Throws<OperationCanceledException>(() => context.Cache.GetOrMake(Key, context, Write));
    }

    [Fact]
    public void What_was_stopped_finds_its_progress_and_drops_it_at_the_end()
    {
        using var folder = new TemporaryFolder();
        PreparationContext context = Quiet.Context(folder.Path);
        Assert.Throws<TimeoutException>(() => context.Cache.GetOrMake(Key, context, place =>
        {
            AtomicFile.WriteText(Path.Combine(place, "progress.txt"), "half");
            throw new TimeoutException();
        }));
        Artifact made = context.Cache.GetOrMake(Key, context, place =>
        {
            Assert.Equal("half", File.ReadAllText(Path.Combine(place, "progress.txt")));
            return Write(place);
        });
        Assert.Equal(["ingredient.json", "weights.safetensors"],
            Directory.EnumerateFiles(made.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{", "is damaged")]
    [InlineData("null", "is damaged")]
    [InlineData("""{"kind": "encoder", "key": "other", "acceptance": [], "seconds": 1}""", "is about another artifact")]
    public void A_record_that_cannot_be_right_is_told(string content, string told)
    {
        using var folder = new TemporaryFolder();
        folder.File(Path.Combine(Key.FolderName, "ingredient.json"), content);
        PreparationContext context = Quiet.Context(folder.Path);
        string message = Assert.Throws<InputException>(() => context.Cache.GetOrMake(Key, context, Write)).Message;
        Assert.Contains($"ingredient.json: {told}", message, StringComparison.Ordinal);
    }
}
