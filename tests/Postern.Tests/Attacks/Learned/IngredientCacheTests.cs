using Postern.Attacks.Learned;
using Postern.Tests.Studies;

namespace Postern.Tests.Attacks.Learned;

public sealed class IngredientCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Several_that_want_one_ingredient_at_once_make_it_once()
    {
        int made = 0;
        Ingredient[] got = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Get("key", place =>
        {
            Interlocked.Increment(ref made);
            Thread.Sleep(50);
            File.WriteAllText(Path.Combine(place, "it"), "made");
            return [new("quality", 0.5, 0.25, AtLeast: true)];
        }))));
        Assert.Equal(1, made);
        Assert.All(got, g => Assert.Equal("made", File.ReadAllText(Path.Combine(g.Folder, "it"))));
        Assert.All(got, g => Assert.Equal([new("quality", 0.5, 0.25, true)], g.Acceptance));
        Ingredient later = Get("key", _ => throw new InvalidOperationException("it is made again"));
        Assert.Equal((got[0].Folder, got[0].Seconds), (later.Folder, later.Seconds));
    }

    [Fact]
    public void Another_key_is_another_ingredient()
    {
        Ingredient first = Get("one", _ => []), second = Get("two", _ => []);
        Assert.NotEqual(first.Folder, second.Folder);
        Assert.StartsWith("kind-", Path.GetFileName(first.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_interrupted_maker_left_is_there_for_the_next()
    {
        Assert.Throws<OperationCanceledException>(() => Get("key", place =>
        {
            File.WriteAllText(Path.Combine(place, "half"), "done");
            throw new OperationCanceledException();
        }));
        string seen = "";
        Ingredient made = Get("key", place =>
        {
            seen = File.ReadAllText(Path.Combine(place, "half"));
            return [];
        });
        Assert.Equal("done", seen);
        Assert.True(File.Exists(Path.Combine(made.Folder, "ingredient.json")));
    }

    [Fact]
    public void A_value_that_is_no_number_is_kept_and_never_passes()
    {
        AcceptanceCheck[] both = [new("low", double.NaN, 1, true), new("high", double.NaN, 1, false)];
        Get("key", _ => both);
        AcceptanceCheck[] read = [.. Get("key", _ => []).Acceptance];
        Assert.Equal(both, read);
        Assert.All(read, c => Assert.False(c.Passed));
        Assert.Equal("what clb learned is not good enough: low is NaN, expected at least 1; high is NaN, expected at most 1", AcceptanceException.Describe("clb", read));
        Assert.Null(AcceptanceException.Describe("clb", [new("fine", 1, 1, true)]));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"key": "another", "acceptance": [], "seconds": 1}""")]
    [InlineData("""{"key": "key", "seconds": 1}""")]
    public void A_damaged_record_is_told(string content)
    {
        string record = Path.Combine(Get("key", _ => []).Folder, "ingredient.json");
        File.WriteAllText(record, content);
        string message = Assert.Throws<InputException>(() => Get("key", _ => [])).Message;
        Assert.StartsWith(record, message, StringComparison.Ordinal);
        Assert.Contains("delete its folder", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_for_another_maker_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        Get("key", _ =>
        {
            stop.CancelAfter(20);
            Assert.Throws<OperationCanceledException>(() => new IngredientCache(folder.Path).Get("kind", "key", _ => [], stop.Token));
            return [];
        });
    }

    private Ingredient Get(string key, Func<string, IReadOnlyList<AcceptanceCheck>> make) =>
        new IngredientCache(folder.Path).Get("kind", key, make, CancellationToken.None);
}
