using Postern.Native;

namespace Postern.Tests.Native;

public class ElfPatchTests
{
    [Fact]
    public void The_patch_changes_a_copy_in_four_places_at_most()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (!File.Exists(library)) Assert.Skip("no linux-x64 native library beside the tests");
        byte[] original = File.ReadAllBytes(library), before = (byte[])original.Clone();
        byte[] patched = ElfPatch.WithoutNewStreamsInit(original);
        Assert.Equal(before, original);
        Assert.Equal(original.Length, patched.Length);
        Assert.InRange(Enumerable.Range(0, original.Length).Count(i => original[i] != patched[i]), 4, 16);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public void What_is_no_such_library_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => ElfPatch.WithoutNewStreamsInit(new byte[length]));

    [Fact]
    public void A_library_without_the_symbol_is_refused()
    {
        string other = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libc10.so");
        if (!File.Exists(other)) Assert.Skip("no linux-x64 native library beside the tests");
        InvalidDataException error =
            Assert.Throws<InvalidDataException>(() => ElfPatch.WithoutNewStreamsInit(File.ReadAllBytes(other)));
        Assert.Contains("_ZSt21ios_base_library_initv", error.Message, StringComparison.Ordinal);
    }
}
