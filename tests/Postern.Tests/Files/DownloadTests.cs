using System.Security.Cryptography;
using Postern.Tests.Studies;

namespace Postern.Tests.Files;

[Trait("Category", "Fault")]
public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<string> heard = [];

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    private string Target => folder.File("set.zip");

    private string Part => folder.File(".set.zip.part");

    private Download Of(RoughServer server, Action<long, long?>? progress = null, double silence = 30) =>
        new(client, new Uri(server.Folder, "set.zip"), Target, Convert.ToHexStringLower(SHA256.HashData(Content)))
        {
            Silence = TimeSpan.FromSeconds(silence),
            Pause = TimeSpan.FromMilliseconds(1),
            MostBytes = 400_000,
            Tell = heard.Add,
            Progress = progress ?? ((_, _) => { }),
        };

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    private void Whole()
    {
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.False(File.Exists(Part));
    }

    private async Task<string> Refused(RoughServer server, double silence = 30)
    {
        InputException e = await Assert.ThrowsAsync<InputException>(() => Of(server, silence: silence).Run(Never));
        Assert.False(File.Exists(Target));
        return e.Message;
    }

    [Fact]
    public async Task A_connection_that_breaks_again_and_again_is_gone_on_with_where_it_broke()
    {
        using var server = new RoughServer(t => t.Serve(Content, most: 40_000));
        Assert.True(await Of(server).Run(Never));
        Whole();
        Assert.Equal(8, server.Starts.Length);
        Assert.Equal(server.Starts.Order().Distinct(), server.Starts);
    }

    [Fact]
    public async Task A_server_that_knows_no_parts_is_asked_for_all_again()
    {
        using var server = new RoughServer(t => t.Serve(Content, most: 50_000), t =>
        {
            t.Head("200 OK", $"Content-Length: {Content.Length}");
            t.Body(Content);
        });
        await Of(server).Run(Never);
        Whole();
    }

    [Fact]
    public async Task A_part_of_another_place_than_asked_for_is_not_appended()
    {
        using var server = new RoughServer(t => t.Serve(Content, most: 50_000), t =>
        {
            t.Head("206 Partial Content", "Content-Length: 10", $"Content-Range: bytes 7-16/{Content.Length}");
            t.Body(Content.AsSpan(7, 10));
        }, t => t.Serve(Content));
        await Of(server).Run(Never);
        Whole();
        Assert.Equal(0, server.Starts[^1]);
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_once_and_leave_nothing()
    {
        byte[] wrong = [.. Content];
        wrong[1234] ^= 1;
        using var server = new RoughServer(t => t.Serve(wrong));
        Assert.Contains("has not the checksum", await Refused(server), StringComparison.Ordinal);
        Assert.Single(server.Starts);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task A_web_page_in_the_place_of_the_file_is_named()
    {
        using var server = new RoughServer(t =>
        {
            t.Head("200 OK", "Content-Type: text/html", "Content-Length: 6");
            t.Body("<html>"u8);
        });
        Assert.Contains("6 bytes of text/html", await Refused(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_another_file_is_thrown_away()
    {
        await File.WriteAllBytesAsync(Part, new byte[1000], Never);
        using var server = new RoughServer(t => t.Serve(Content));
        await Of(server).Run(Never);
        Whole();
        Assert.Equal([1000, 0], server.Starts);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_asked_again_and_given_up_when_it_stays_so()
    {
        using var server = new RoughServer(t =>
        {
            t.Serve(Content, most: 50_000);
            Thread.Sleep(800);
        }, t => t.Serve(Content));
        await Of(server, silence: 0.3).Run(Never);
        Whole();
        Assert.Equal(50_000, server.Starts[1]);

        File.Delete(Target);
        using var silent = new RoughServer(_ => Thread.Sleep(1000));
        Assert.Contains("nothing came for 0.1 s; given up after 5 attempts", await Refused(silent, silence: 0.1),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_and_a_missing_file_is_not()
    {
        using var busy = new RoughServer(t => t.Head("503 Service Unavailable"), t => t.Head("429 Too Many Requests"),
            t => t.Serve(Content));
        await Of(busy).Run(Never);
        Whole();
        Assert.Equal(["the server answers 503 Service Unavailable; tried again",
            "the server answers 429 Too Many Requests; tried again"], heard);

        File.Delete(Target);
        using var empty = new RoughServer(t => t.Head("404 Not Found"));
        Assert.Contains("404 Not Found; try another place with --mirror", await Refused(empty), StringComparison.Ordinal);
        Assert.Single(empty.Starts);
    }

    [Fact]
    public async Task A_server_that_never_ends_is_cut_off()
    {
        using var server = new RoughServer(t =>
        {
            t.Head("200 OK");
            while (true) t.Body(Content);
        });
        Assert.Contains("sends more than 400000 bytes", await Refused(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_fetched_that_is_there_and_nothing_replaced()
    {
        using var server = new RoughServer(t => t.Serve(Content));
        await File.WriteAllBytesAsync(Target, Content, Never);
        Assert.False(await Of(server).Run(Never));
        await File.WriteAllTextAsync(Target, "mine", Never);
        InputException e = await Assert.ThrowsAsync<InputException>(() => Of(server).Run(Never));
        Assert.Contains("is another file", e.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Target, Never));
        Assert.Empty(server.Starts);
    }

    [Fact]
    public async Task What_has_come_before_a_stop_is_not_fetched_again()
    {
        using var server = new RoughServer(t => t.Serve(Content));
        using var stop = new CancellationTokenSource();
        Download stopped = Of(server, (done, _) =>
        {
            if (done > 100_000) stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped.Run(stop.Token));
        long there = new FileInfo(Part).Length;
        Assert.InRange(there, 100_000, Content.Length - 1);
        await Of(server).Run(Never);
        Whole();
        Assert.Equal([0, there], server.Starts);
    }
}
