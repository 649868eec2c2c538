using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Postern.Tests.Studies;

/// <summary>
/// Changes a good file byte by byte: a reader must take it or refuse it in one line that begins with the file's path.
/// </summary>
internal static class DamagedYaml
{
    /// <summary>Checks that every damaged file is read or refused so, and that both happen.</summary>
    /// <param name="path">Where the damaged files are written.</param>
    /// <param name="content">The good file.</param>
    /// <param name="size">FsCheck's size of the list of changes.</param>
    /// <param name="files">Damaged files to try.</param>
    /// <param name="isRead">Reads <paramref name="path"/>; whether something is in it.</param>
    public static void Check(string path, string content, int size, int files, Func<bool> isRead)
    {
        byte[] good = Encoding.UTF8.GetBytes(content);
        Gen<byte> replacement = Gen.OneOf(
            Gen.Elements(Encoding.ASCII.GetBytes("[]{}:,-&*!|>%@`'\"#~\n\t 09az")), Gen.Choose(0, 255).Select(v => (byte)v));
        Gen<(int Kind, int Position, byte Value)> edit =
            from kind in Gen.Choose(0, 2)
            from position in Gen.Choose(0, good.Length - 1)
            from value in replacement
            select (kind, position, value);
        (int Read, int Refused) seen = (0, 0);
        Prop.ForAll(edit.NonEmptyListOf().Resize(size).ToArbitrary(), edits =>
        {
            var bytes = new List<byte>(good);
            foreach ((int kind, int position, byte value) in edits)
            {
                int at = Math.Min(position, bytes.Count - 1);
                if (kind == 0) bytes.Insert(at, value);
                else if (kind == 1) bytes.RemoveAt(at);
                else bytes[at] = value;
            }
            File.WriteAllBytes(path, [.. bytes]);
            try
            {
                bool read = isRead();
                seen.Read++;
                return read;
            }
            catch (InputException e)
            {
                seen.Refused++;
                return e.Message.StartsWith(path, StringComparison.Ordinal)
                    && !e.Message.Contains('\n', StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(files).WithQuietOnSuccess(true));
        Assert.True(seen is { Read: > 0, Refused: > 0 }, $"{seen}");
    }
}
