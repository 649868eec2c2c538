using FsCheck;
using FsCheck.Fluent;
using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class SubsetImageSetTests
{
    [Fact]
    public void A_stratified_subset_gives_every_class_its_share()
    {
        Gen<(int[] Labels, int Count, int Seed)> cases =
            from labels in Gen.NonEmptyListOf(Gen.Choose(0, 5))
            from count in Gen.Choose(0, labels.Count)
            from seed in Gen.Choose(0, 1000)
            select (labels.ToArray(), count, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            int[] chosen = SubsetImageSet.Stratified(c.Labels, c.Count, c.Seed);
            bool ascending = chosen.Zip(chosen.Skip(1)).All(p => p.First < p.Second);
            bool shared = Enumerable.Range(0, 6).All(k =>
                Math.Abs(chosen.Count(i => c.Labels[i] == k) - (double)c.Labels.Count(l => l == k) * c.Count
                    / c.Labels.Length) < 1);
            return chosen.Length == c.Count && ascending && shared;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void The_seed_alone_decides_who_is_chosen()
    {
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 4)];
        Assert.Equal(SubsetImageSet.Stratified(labels, 40, 1), SubsetImageSet.Stratified(labels, 40, 1));
        Assert.NotEqual(SubsetImageSet.Stratified(labels, 40, 1), SubsetImageSet.Stratified(labels, 40, 2));
    }

    [Fact]
    public void Pictures_labels_and_names_stay_together()
    {
        byte[] pixels = [.. Enumerable.Range(0, 5).SelectMany(i => Enumerable.Repeat((byte)i, 3 * 4))];
        var whole = new MemoryImageSet(2, pixels, [0, 1, 0, 1, 2], ["a", "b", "c"], i => $"file {i}");
        using var subset = new SubsetImageSet(whole, [1, 4]);
        byte[] read = new byte[12];
        subset.Read(1, read);
        Assert.All(read, value => Assert.Equal(4, value));
        Assert.Equal([1, 2], subset.Labels);
        Assert.Equal("file 4", subset.NameOf(1));
        Assert.NotEqual(whole.Fingerprint, subset.Fingerprint);
    }

    [Fact]
    public void A_block_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => new MemoryImageSet(2, new byte[13], [0], ["a"]));

    [Fact]
    public void One_changed_pixel_or_label_changes_the_fingerprint()
    {
        var set = new MemoryImageSet(1, [1, 2, 3], [0], ["a", "b"]);
        Assert.NotEqual(set.Fingerprint, new MemoryImageSet(1, [1, 2, 4], [0], ["a", "b"]).Fingerprint);
        Assert.NotEqual(set.Fingerprint, new MemoryImageSet(1, [1, 2, 3], [1], ["a", "b"]).Fingerprint);
    }
}
