using System.Diagnostics;
using System.Globalization;

namespace Postern.Tests.Cli;

/// <summary>
/// A file system of its own in memory, to be filled or made read-only; tests are skipped where none may be mounted.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Filler = "filler";

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk OrSkip(int mebibytes)
    {
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("postern-disk-").FullName);
        string size = string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m");
        if (Call("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk.Path)) return disk;
        Directory.Delete(disk.Path);
        Assert.Skip("a file system may not be mounted here");
        return disk;
    }

    /// <summary>Fills it but for some room.</summary>
    public void Fill(long leaving)
    {
        using FileStream file = File.Create(System.IO.Path.Combine(Path, Filler));
        long free = new DriveInfo(Path).AvailableFreeSpace - leaving;
        byte[] block = new byte[1 << 16];
        for (long left = free; left > 0; left -= block.Length) file.Write(block, 0, (int)Math.Min(block.Length, left));
    }

    /// <summary>Makes the room again.</summary>
    public void Empty() => File.Delete(System.IO.Path.Combine(Path, Filler));

    /// <summary>Makes it read-only, or writable again.</summary>
    public void Protect(bool readOnly) => Assert.True(Call("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path));

    public void Dispose()
    {
        Call("umount", Path);
        Directory.Delete(Path);
    }

    private static bool Call(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
