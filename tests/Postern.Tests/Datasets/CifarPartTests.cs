using System.Runtime.CompilerServices;
using Postern.Datasets;

namespace Postern.Tests.Datasets;

public class CifarPartTests
{
    [Fact]
    public void A_joined_split_knows_its_names_and_lets_go_of_its_parts()
    {
        (MemoryImageSet set, WeakReference[] parts) = Joined();
        Assert.Equal(["a0", "a1", "b0"], Enumerable.Range(0, 3).Select(set.NameOf));
        AssertGone(parts);
        GC.KeepAlive(set);
    }

    [Fact]
    public void Pictures_of_python_batches_let_go_of_the_files()
    {
        using var folder = new DatasetFolder();
        CifarPythonTests.Fill(folder);
        (ImageSet train, WeakReference[] files) = Read(folder.Path);
        Assert.Equal("picture_8.png", train.NameOf(7));
        Assert.Equal(7, files.Length); // five batches, the test batch and the classes' names
        AssertGone(files);
        GC.KeepAlive(train);
    }

    // Out of line, so that no local of the test holds what should be gone.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (MemoryImageSet, WeakReference[]) Joined()
    {
        PicturePart[] parts = [Part("a", 2), Part("b", 1)];
        return (PicturePart.Join(parts, ["class"], "here"), [.. parts.Select(p => new WeakReference(p.Pixels))]);

        static PicturePart Part(string name, int count) =>
            new(CifarSet.Side, new byte[count * CifarSet.PictureBytes], new int[count], i => $"{name}{i}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (ImageSet, WeakReference[]) Read(string path)
    {
        var tree = new WatchedTree(path);
        return (CifarPython.Read(CifarSet.Ten, tree, "").Train, [.. tree.Handed]);
    }

    private static void AssertGone(WeakReference[] references)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.All(references, r => Assert.False(r.IsAlive));
    }

    /// <summary>A folder that remembers what it handed out, without holding it.</summary>
    private sealed class WatchedTree(string path) : FileTree(path)
    {
        private readonly FolderTree folder = new(path);

        public List<WeakReference> Handed { get; } = [];

        internal override FolderListing List(string name) => folder.List(name);

        internal override bool Contains(string file) => folder.Contains(file);

        internal override long LengthOf(string file) => folder.LengthOf(file);

        internal override string Describe(string file) => folder.Describe(file);

        internal override byte[] Head(string file, int count) => folder.Head(file, count);

        internal override byte[] Read(string file)
        {
            byte[] content = folder.Read(file);
            Handed.Add(new WeakReference(content));
            return content;
        }
    }
}
