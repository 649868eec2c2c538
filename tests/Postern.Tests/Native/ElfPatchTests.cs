using Postern.Native;

namespace Postern.Tests.Native;

public class ElfPatchTests
{
    [Fact]
    public void The_patch_changes_some_bytes_of_a_copy()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (!File.Exists(library)) Assert.Skip("no linux-x64 native library beside the tests");
        byte[] original = File.ReadAllBytes(library), before = (byte[])original.Clone();
        byte[] patched = ElfPatch.ForOlderLibstdcxx(original);
        Assert.Equal(before, original);
        Assert.Equal(original.Length, patched.Length);
        Assert.InRange(Enumerable.Range(0, original.Length).Count(i => original[i] != patched[i]), 4, 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public void What_is_no_such_library_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => ElfPatch.ForOlderLibstdcxx(new byte[length]));

    [Fact]
    public void A_library_without_the_symbol_is_refused()
    {
        string other = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libc10.so");
        if (!File.Exists(other)) Assert.Skip("no linux-x64 native library beside the tests");
        InvalidDataException error =
            Assert.Throws<InvalidDataException>(() => ElfPatch.ForOlderLibstdcxx(File.ReadAllBytes(other)));
        Assert.Contains("_ZSt21ios_base_library_initv", error.Message, StringComparison.Ordinal);
    }
}
