using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Postern.Tests.Files;

/// <summary>A web server on this machine that behaves as each of its turns says, a request each; the last is repeated.</summary>
internal sealed class RoughServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<long> starts = new();
    private readonly Action<Turn>[] turns;

    public RoughServer(params Action<Turn>[] turns)
    {
        this.turns = turns;
        listener.Start();
        _ = Serve();
    }

    /// <summary>The folder that it serves.</summary>
    public Uri Folder => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/files/");

    /// <summary>The first byte that each request asked for.</summary>
    public long[] Starts => [.. starts];

    public void Dispose() => listener.Dispose();

    private async Task Serve()
    {
        for (int i = 0; ; i++)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            Action<Turn> turn = turns[Math.Min(i, turns.Length - 1)];
            _ = Task.Run(() => Answer(client, turn));
        }
    }

    private void Answer(TcpClient client, Action<Turn> answer)
    {
        using (client)
        {
            try
            {
                var turn = new Turn(client.GetStream());
                starts.Enqueue(turn.From);
                answer(turn);
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }

    /// <summary>A request to be answered.</summary>
    internal sealed class Turn
    {
        private const string Asked = "range: bytes=";
        private readonly NetworkStream stream;

        public Turn(NetworkStream stream)
        {
            this.stream = stream;
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            while (reader.ReadLine() is { Length: > 0 } line)
            {
                if (line.StartsWith(Asked, StringComparison.OrdinalIgnoreCase))
                    From = long.Parse(line[Asked.Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            }
        }

        /// <summary>The first byte that is asked for.</summary>
        public long From { get; }

        /// <summary>Sends the status line and headers.</summary>
        public void Head(string status, params string[] headers) =>
            stream.Write(
                Encoding.ASCII.GetBytes($"HTTP/1.1 {string.Join("\r\n", [status, "Connection: close", .. headers])}\r\n\r\n"));

        /// <summary>Sends bytes of a body.</summary>
        public void Body(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

        /// <summary>
        /// Sends what is asked for of a file, as a good server does; at most so many bytes, then the connection breaks.
        /// </summary>
        public void Serve(byte[] file, int most = int.MaxValue)
        {
            string length = FormattableString.Invariant($"Content-Length: {file.Length - From}");
            if (From == 0) Head("200 OK", length);
            else Head("206 Partial Content", length,
                FormattableString.Invariant($"Content-Range: bytes {From}-{file.Length - 1}/{file.Length}"));
            Body(file.AsSpan((int)From, (int)Math.Min(most, file.Length - From)));
        }
    }
}
