using Postern.Tests.Studies;

namespace Postern.Tests.Files;

public sealed class FolderChecksumsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_checksum_is_that_of_zip_archives() =>
        Assert.Equal(new FileContent(9, 0xCBF43926), FileContent.Of("123456789"u8));

    [Fact]
    public void A_file_that_was_read_is_known_to_the_next_command()
    {
        folder.File("a.bin", "first");
        Assert.False(Fresh().TryContent("a.bin", out _));
        FileContent read = Learn("a.bin");
        Assert.True(Fresh().TryContent("a.bin", out FileContent known));
        Assert.Equal(read, known);
    }

    [Fact]
    public void What_is_learned_later_is_kept_beside_what_is_there()
    {
        foreach (string name in new[] { "b", "a", "d", "c" })
        {
            folder.File(name, name);
            Learn(name);
        }
        FileTree tree = Fresh();
        Assert.All(["a", "b", "c", "d"], name => Assert.True(tree.TryContent(name, out _)));
    }

    [Fact]
    public void A_file_that_is_written_to_is_not_known_even_where_its_length_and_time_are_set_back()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux tells when a status was changed");
        string path = folder.File("a.bin", "first");
        DateTime written = File.GetLastWriteTimeUtc(path);
        Learn("a.bin");
        // Clocks of file systems tick every few milliseconds.
        Thread.Sleep(30);
        File.WriteAllText(path, "other");
        File.SetLastWriteTimeUtc(path, written);
        Assert.False(Fresh().TryContent("a.bin", out _));
        Assert.NotEqual(FileContent.Of("first"u8), Learn("a.bin"));
        Assert.True(Fresh().TryContent("a.bin", out FileContent now));
        Assert.Equal(FileContent.Of("other"u8), now);
    }

    [Fact]
    public void A_file_that_takes_the_name_of_another_is_not_known()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux tells inodes");
        string path = folder.File("a.bin", "first"), other = folder.File("b.bin", "other");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(path));
        Learn("a.bin");
        File.Move(other, path, overwrite: true);
        Assert.False(Fresh().TryContent("a.bin", out _));
    }

    [Fact]
    public void A_file_that_was_written_this_instant_is_read_again()
    {
        folder.File("a.bin", "first");
        var tree = new FolderTree(folder.Path);
        tree.Read("a.bin", out _);
        tree.Remember();
        Assert.False(Fresh().TryContent("a.bin", out _));
    }

    [Fact]
    public void A_file_whose_time_lies_in_the_future_is_known_where_the_system_tells_when_it_was_changed()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux tells when a status was changed");
        File.SetLastWriteTimeUtc(folder.File("a.bin", "first"), DateTime.UtcNow.AddYears(1));
        Learn("a.bin");
        Assert.True(Fresh().TryContent("a.bin", out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public void A_damaged_cache_is_as_none(int place)
    {
        folder.File("a.bin", "first");
        Learn("a.bin");
        string cache = Path.Combine(UserCache.FolderOf(folder.Path)!, "checksums.bin");
        byte[] content = File.ReadAllBytes(cache);
        content[place < 0 ? ^1 : place] ^= 1;
        File.WriteAllBytes(cache, content);
        Assert.False(Fresh().TryContent("a.bin", out _));
        File.WriteAllBytes(cache, content[..^5]);
        Assert.False(Fresh().TryContent("a.bin", out _));
        Learn("a.bin");
        Assert.True(Fresh().TryContent("a.bin", out _));
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_an_error_that_says_so()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("links need rights there");
        File.CreateSymbolicLink(folder.File("link.jpg"), "gone.jpg");
        File.CreateSymbolicLink(folder.File("circle.jpg"), "circle.jpg");
        Assert.Contains("circle.jpg: is a link to circle.jpg",
            Assert.Throws<InputException>(() => Fresh().Read("circle.jpg")).Message,
            StringComparison.Ordinal);
        foreach (Action look in new Action[] { () => Fresh().TryContent("link.jpg", out _), () => Fresh().Read("link.jpg") })
            Assert.Contains("link.jpg: is a link to gone.jpg, where there is no file",
                Assert.Throws<InputException>(look).Message,
                StringComparison.Ordinal);
    }

    private FolderTree Fresh() => new(folder.Path, new LaterClock());

    private FileContent Learn(string file)
    {
        FolderTree tree = Fresh();
        tree.Read(file, out FileContent content);
        tree.Remember();
        return content;
    }
}
