using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Tests.Imaging;

namespace Postern.Tests.Datasets;

public sealed class PictureContentsTests : IDisposable
{
    private static readonly SquareFit Fit = new(16);

    private readonly DatasetFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Another_set_with_the_same_names_and_lengths_has_another_fingerprint()
    {
        WritePictures("one");
        WritePictures("two");
        using (Dataset one = Open("one"), two = Open("two")) Assert.Equal(one.Train.Fingerprint, two.Train.Fingerprint);
        byte[] content = File.ReadAllBytes(folder["two/train/b/1.bmp"]);
        content[^1] ^= 1;
        File.WriteAllBytes(folder["two/train/b/1.bmp"], content);
        using Dataset clean = Open("one"), poisoned = Open("two");
        Assert.Equal(clean.Train.FormerFingerprint, poisoned.Train.FormerFingerprint);
        Assert.NotEqual(clean.Train.Fingerprint, poisoned.Train.Fingerprint);
        Assert.Equal(clean.Test.Fingerprint, poisoned.Test.Fingerprint);
    }

    [Fact]
    public void A_set_is_the_same_in_a_folder_and_in_a_zip_and_under_other_names()
    {
        WritePictures("one");
        (string Name, byte[] Content)[] files = [.. Pictures().Select(p => (p.Name, Bmp(p.Seed)))];
        folder.Zip("one.zip", files);
        foreach ((string name, byte[] content) in files)
            folder.Write($"renamed/{Path.GetDirectoryName(name)}/picture-{Path.GetFileName(name)}", content);
        using Dataset plain = Open("one"), packed = Open("one.zip"), renamed = Open("renamed");
        Assert.Equal(plain.Train.Fingerprint, packed.Train.Fingerprint);
        Assert.Equal(plain.Train.Fingerprint, renamed.Train.Fingerprint);
        Assert.NotEqual(plain.Train.FormerFingerprint, renamed.Train.FormerFingerprint);
    }

    [Fact]
    public void Labels_order_and_how_pictures_become_squares_count()
    {
        WritePictures("one");
        using var tree = new FolderTree(folder["one"]);
        string[] files = ["train/a/0.bmp", "train/b/0.bmp"];
        string Of(string[] names, int[] labels, SquareFit fit) =>
            new PictureContents(tree, names, fit).Fingerprint([0, 1], labels);
        string[] all =
        [
            Of(files, [0, 1], Fit), Of(files, [1, 0], Fit), Of([files[1], files[0]], [0, 1], Fit),
            Of(files, [0, 1], new SquareFit(32)), Of(files, [0, 1], Fit with { KeepsAspect = true }),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void A_zip_whose_bytes_are_not_those_of_its_table_is_damaged_when_it_is_read()
    {
        folder.Zip("set.zip", [.. Pictures().Select(p => (p.Name, Bmp(p.Seed)))]);
        byte[] zip = File.ReadAllBytes(folder["set.zip"]);
        using (Dataset whole = Open("set.zip")) Assert.Empty(whole.Train.Sweep(new PictureSweep()).Unreadable);
        // The checksum of the first entry, in the table at the archive's end.
        int table = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        zip[table + 16] ^= 1;
        File.WriteAllBytes(folder["set.zip"], zip);
        using Dataset damaged = Open("set.zip");
        UnreadablePicture found = Assert.Single(damaged.Train.Sweep(new PictureSweep()).Unreadable);
        Assert.Contains("its checksum is not the one in the archive's table", found.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_picture_that_cannot_be_read_is_found_whatever_the_number_of_threads(int threads)
    {
        WritePictures("one");
        folder.Write("one/train/a/5.jpg", [1, 2, 3]);
        folder.Write("one/train/b/0.bmp", Bmp(7)[..100]);
        using Dataset set = Open("one");
        SweptPictures swept = set.Train.Sweep(new PictureSweep { Threads = threads });
        Assert.Equal(["train/a/5.jpg", "train/b/0.bmp"], swept.Unreadable.Select(u => u.Name));
        Assert.Equal(swept.Unreadable.Select(u => u.Name), swept.Unreadable.Select(u => set.Train.NameOf(u.Index)));
        Assert.All(swept.Unreadable, u => Assert.StartsWith(folder[$"one/{u.Name}: "], u.Error, StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_decoded_once_is_not_decoded_again_here_or_in_a_copy()
    {
        WritePictures("one", more: 900);
        WritePictures("copy", more: 900);
        int Decoded(string set)
        {
            using Dataset opened = Open(set);
            SweptPictures swept = opened.Train.Sweep(new PictureSweep());
            Assert.Empty(swept.Unreadable);
            return swept.Decoded;
        }
        Assert.Equal((6, 0, 0), (Decoded("one"), Decoded("one"), Decoded("copy")));
        folder.Write("copy/train/a/0.bmp", Bmp(999));
        Assert.Equal(1, Decoded("copy"));
    }

    [Fact]
    public void A_fit_that_cannot_use_a_picture_looks_at_it_for_itself()
    {
        folder.Write("sliver.bmp", Bmp(3, width: 4002, height: 2));
        using var tree = new FolderTree(folder.Path);
        SweptPictures Sweep(SquareFit fit) => new PictureContents(tree, ["sliver.bmp"], fit).Sweep([0], new PictureSweep());
        Assert.Empty(Sweep(Fit).Unreadable);
        Assert.Contains("too narrow", Assert.Single(Sweep(Fit with { KeepsAspect = true }).Unreadable).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_subset_is_known_by_its_own_pictures_alone()
    {
        WritePictures("one");
        using Dataset set = Open("one");
        using var subset = new SubsetImageSet(set.Train, [0, 3, 4]);
        File.Delete(folder["one/train/a/1.bmp"]);
        string before = subset.Fingerprint;
        Assert.Equal(before, new SubsetImageSet(new SubsetImageSet(set.Train, [0, 2, 3, 4]), [0, 2, 3]).Fingerprint);
        folder.Write("one/train/b/0.bmp", [9]);
        using Dataset again = Open("one");
        using var damaged = new SubsetImageSet(again.Train, [0, 2, 3]);
        Assert.NotEqual(before, damaged.Fingerprint);
        UnreadablePicture found = Assert.Single(damaged.Sweep(new PictureSweep()).Unreadable);
        Assert.Equal((1, "train/b/0.bmp"), (found.Index, damaged.NameOf(found.Index)));
    }

    [Fact]
    public void Skipping_leaves_the_set_that_it_would_be_without_the_unreadable_pictures()
    {
        WritePictures("one");
        using (Dataset whole = Settled("skip")) Assert.Equal((6, 0), (whole.Train.Count, whole.Notes.Count));
        folder.Write("one/train/a/5.jpg", [1, 2, 3]);
        folder.Write("one/val/b/7.jpg", [1, 2, 3]);
        using Dataset left = Settled("skip");
        Assert.Equal(["left out because they cannot be read: 1 of 7 training pictures, train/a/5.jpg first",
            "left out because they cannot be read: 1 of 5 test pictures, val/b/7.jpg first"], left.Notes);
        Assert.Equal([0, 0, 0, 1, 1, 1], left.Train.Labels);
        string message = Assert.Throws<InputException>(() => Settled("refuse")).Message;
        Assert.StartsWith(folder["one/train/a/5.jpg: not a picture"], message, StringComparison.Ordinal);
        Assert.Contains("2 of 12 pictures cannot be read; ", message, StringComparison.Ordinal);
        File.Delete(folder["one/train/a/5.jpg"]);
        using Dataset without = Settled("skip");
        Assert.Equal(without.Train.Fingerprint, left.Train.Fingerprint);
    }

    [Fact]
    public void A_sweep_that_is_stopped_keeps_what_it_found()
    {
        WritePictures("one", more: 500);
        string[] files = [.. Pictures().Select(p => p.Name)];
        using var stop = new CancellationTokenSource();
        using var tree = new FolderTree(folder["one"], new StoppingClock(stop, reading: 3));
        Assert.Throws<OperationCanceledException>(() => new PictureContents(tree, files, Fit)
            .Sweep([.. Enumerable.Range(0, files.Length)], new PictureSweep { Threads = 1, Cancel = stop.Token }));
        SweptPictures rest = new PictureContents(tree, files, Fit)
            .Sweep([.. Enumerable.Range(0, files.Length)], new PictureSweep());
        Assert.Equal((files.Length, files.Length - 3), (rest.Count, rest.Decoded));
    }

    private Dataset Settled(string unreadable)
    {
        var choice = new Choice(new ImageNet(), new Dictionary<string, string>
        {
            ["path"] = folder["one"],
            ["unreadable"] = unreadable,
        });
        return UnreadablePictures.Settle(DatasetCatalog.Open(choice), choice, new PictureSweep());
    }

    private Dataset Open(string name) => DatasetCatalog.OpenPath(folder[name]);

    private static IEnumerable<(string Name, int Seed)> Pictures() =>
        from split in new[] { ("train", 3), ("val", 2) }
        from label in new[] { "a", "b" }
        from i in Enumerable.Range(0, split.Item2)
        select ($"{split.Item1}/{label}/{i}.bmp", 100 * split.Item2 + 10 * label[0] + i);

    private void WritePictures(string set, int more = 0)
    {
        foreach ((string name, int seed) in Pictures()) folder.Write($"{set}/{name}", Bmp(seed + more));
    }

    /// <summary>An uncompressed picture: those of one size have one length.</summary>
    private static byte[] Bmp(int seed, int width = 12, int height = 12)
    {
        RgbImage image = ImageFileTests.Noise(width, height, seed);
        int row = (3 * width + 3) / 4 * 4, length = 54 + row * height;
        byte[] bmp = new byte[length];
        "BM"u8.CopyTo(bmp);
        BitConverter.TryWriteBytes(bmp.AsSpan(2), length);
        foreach ((int place, int value) in new[] { (10, 54), (14, 40), (18, width), (22, height), (26, 1 | 24 << 16) })
            BitConverter.TryWriteBytes(bmp.AsSpan(place), value);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++) bmp[54 + (height - 1 - y) * row + 3 * x + c] = image[2 - c, y, x];
        return bmp;
    }

    /// <summary>Asked at each reading of a file; stops the sweep at one of them.</summary>
    private sealed class StoppingClock(CancellationTokenSource stop, int reading) : TimeProvider
    {
        private int readings;

        public override DateTimeOffset GetUtcNow()
        {
            if (++readings == reading) stop.Cancel();
            return System.GetUtcNow();
        }
    }
}
