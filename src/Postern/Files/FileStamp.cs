using System.Runtime.InteropServices;

namespace Postern.Files;

/// <summary>
/// What changes when a file is written to or another takes its name: size, both times (of content and of status, which no tool
/// can set back) and inode. Where the system does not tell of the latter two, they are 0.
/// </summary>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When the content changed, nanoseconds since 1970.</param>
/// <param name="Changed">When the content or the status changed, nanoseconds since 1970.</param>
/// <param name="Inode">The file's number on its device.</param>
internal readonly record struct FileStamp(long Length, long Modified, long Changed, long Inode)
{
    private const int WorkingFolder = -100;
    private const uint Basics = 0x7ff;
    private const long NanosecondsPerSecond = 1_000_000_000, NanosecondsPerTick = 100;

    private static bool systemTells = OperatingSystem.IsLinux();

    /// <summary>The stamp of the file at <paramref name="path"/>, links followed; null where there is no file.</summary>
    public static FileStamp? Of(string path) => Of(path, out _);

    /// <summary>The stamp of a file, asked for once: others may remove it and make it again in the meantime.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="isOther">Whether something else is there: a folder, a pipe, a device.</param>
    /// <returns>Null where there is no file.</returns>
    public static FileStamp? Of(string path, out bool isOther)
    {
        isOther = false;
        try
        {
            // Some containers forbid the call.
            if (systemTells && Ask(WorkingFolder, path, 0, Basics, out Status s) == 0)
            {
                isOther = !s.IsFile;
                return s.IsFile ? new FileStamp(s.Length, s.Modified.Nanoseconds, s.Changed.Nanoseconds, s.Inode) : null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            systemTells = false;
        }
        return Slowly(path);
    }

    private static FileStamp? Slowly(string path)
    {
        try
        {
            var info = new FileInfo(path);
            FileSystemInfo? file = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true);
            return file is FileInfo { Exists: true } there
                ? new FileStamp(there.Length, SinceEpoch(there.LastWriteTimeUtc), 0, 0) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Links that lead in a circle, or a folder that may not be looked into.
            return null;
        }
    }

    /// <summary>Whether the file changed so shortly before <paramref name="now"/> that a later change could bear the same
    /// times.</summary>
    public bool IsYoung(DateTimeOffset now, TimeSpan resolution) =>
        (Changed != 0 ? Changed : Modified) > SinceEpoch(now.UtcDateTime - resolution);

    private static long SinceEpoch(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;

    /// <summary>The kernel's <c>struct statx</c>, the same on all processors; what is not needed is left out.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        private const int KindMask = 0xF000, RegularFile = 0x8000;

        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public long Inode;
        [FieldOffset(40)]
        public long Length;
        [FieldOffset(96)]
        public Time Changed;
        [FieldOffset(112)]
        public Time Modified;

        public readonly bool IsFile => (Mode & KindMask) == RegularFile;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public uint Rest;
        public int Padding;

        public readonly long Nanoseconds => Seconds * NanosecondsPerSecond + Rest;
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Ask(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Status status);
}
