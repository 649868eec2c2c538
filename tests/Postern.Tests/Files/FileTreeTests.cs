using System.IO.Compression;
using System.Text;
using Postern.Tests.Datasets;

namespace Postern.Tests.Files;

public class FileTreeTests
{
    private static readonly string[] Names =
    [
        "train/cat/1.jpg", "train/cat/more/2.jpg", "train/cat-like/3.jpg", "train/.ipynb_checkpoints/4.jpg", "train/.DS_Store",
        "train/cat/Thumbs.db", "train/cat/._1.jpg", "DESKTOP.INI", "__MACOSX/train/cat/._1.jpg", "notes.txt",
    ];

    [Theory]
    [InlineData("folder")]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Hidden_and_system_names_are_passed_over_at_every_level_and_told_of(string kind)
    {
        using var place = new DatasetFolder();
        using FileTree tree = Tree(place, kind, Names);
        FolderListing top = tree.List(""), train = tree.List("train"), cat = tree.List("train/cat");
        Assert.Equal(["train"], top.Folders);
        Assert.Equal(["notes.txt"], top.Files);
        Assert.Equal(["DESKTOP.INI", "__MACOSX"], top.Hidden);
        Assert.Equal(["cat", "cat-like"], train.Folders);
        Assert.Equal(["train/.DS_Store", "train/.ipynb_checkpoints"], train.Hidden);
        Assert.Equal(["train/cat/1.jpg"], cat.Files);
        Assert.Equal(["more"], cat.Folders);
        Assert.Equal(["train/cat/._1.jpg", "train/cat/Thumbs.db"], cat.Hidden);
    }

    [Fact]
    public void An_entry_that_claims_more_than_a_tarball_can_hold_is_refused_before_memory_is_taken_for_it()
    {
        using var place = new DatasetFolder();
        byte[] header = new byte[512];
        "a.bin"u8.CopyTo(header);
        "00000000644\0"u8.CopyTo(header.AsSpan(100));
        "03000000000\0"u8.CopyTo(header.AsSpan(124));
        "00000000000\0        0"u8.CopyTo(header.AsSpan(136));
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0')}\0 ").CopyTo(header.AsSpan(148));
        using (var zipped = new GZipStream(File.Create(place["a.tar.gz"]), CompressionLevel.Fastest)) zipped.Write(header);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InputException>(() => FileTrees.Open(place["a.tar.gz"])).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
        Assert.Contains("'a.bin' in it claims 402653184 bytes, more than it can hold", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("zip")]
    [InlineData("tar")]
    public void A_walk_sees_every_folder_once_with_those_inside_after_it(string kind)
    {
        using var place = new DatasetFolder();
        using FileTree tree = Tree(place, kind, Names);
        Assert.Equal(["train", "train/cat", "train/cat/more", "train/cat-like"], tree.Walk("train").Select(l => l.Folder));
        Assert.Equal([1, 2], tree.Head("train/cat/1.jpg", 2));
        Assert.Equal([1, 2, 3], tree.Head("train/cat/1.jpg", 16));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public void Names_with_backslashes_or_dots_before_them_are_those_with_slashes(string kind)
    {
        using var place = new DatasetFolder();
        using FileTree tree = Tree(place, kind,
            ["./val/a/1.jpg", "val\\b\\2.jpg", "val//b/3.jpg", "..\\val\\b\\4.jpg", "C:\\val\\b\\5.jpg",
            "val/b/12:30.jpg"]);
        Assert.Equal(["val"], tree.Folders(""));
        Assert.Equal(["val/a/1.jpg"], tree.Files("val/a"));
        Assert.Equal(["val/b/12:30.jpg", "val/b/2.jpg", "val/b/3.jpg"], tree.Files("val/b"));
        Assert.Equal([1, 2, 3], tree.Read("val/b/2.jpg"));
    }

    [Fact]
    public void Links_are_followed_and_those_to_nothing_are_told_of()
    {
        using var place = new DatasetFolder();
        place.Write("store/cat/1.jpg", [1]);
        Directory.CreateDirectory(place["set"]);
        Directory.CreateSymbolicLink(place["set/cat"], place["store/cat"]);
        File.CreateSymbolicLink(place["set/one.jpg"], place["store/cat/1.jpg"]);
        File.CreateSymbolicLink(place["set/gone.jpg"], "nowhere.jpg");
        File.CreateSymbolicLink(place["set/circle.jpg"], "circle.jpg");
        using var tree = new FolderTree(place["set"]);
        FolderListing listing = tree.List("");
        Assert.Equal(["cat"], listing.Folders);
        Assert.Equal(["one.jpg"], listing.Files);
        Assert.Equal(["circle.jpg", "gone.jpg"], listing.Broken);
        Assert.Equal(["cat/1.jpg"], tree.Files("cat"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../..")]
    [InlineData(".")]
    public void A_folder_that_links_to_one_it_lies_in_is_an_error_that_names_the_link(string target)
    {
        using var place = new DatasetFolder();
        place.Write("set/train/cat/1.jpg", [1]);
        Directory.CreateSymbolicLink(place["set/train/cat/again"], target);
        using var tree = new FolderTree(place["set"]);
        string message = Assert.Throws<InputException>(() => tree.Walk("train").Count()).Message;
        Assert.StartsWith(place["set/train/cat/again"], message);
        Assert.Contains("links to a folder that it lies in", message);
    }

    private static FileTree Tree(DatasetFolder place, string kind, string[] names)
    {
        (string, byte[])[] files = [.. names.Select(n => (n, new byte[] { 1, 2, 3 }))];
        if (kind == "zip") return FileTrees.Open(place.Zip("set.zip", files));
        if (kind == "tar") return FileTrees.Open(place.TarGz("set.tar.gz", files));
        foreach ((string name, byte[] content) in files) place.Write($"set/{name}", content);
        return FileTrees.Open(place["set"]);
    }
}
