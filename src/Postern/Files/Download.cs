using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Postern.Files;

/// <summary>
/// Fetches one file over HTTP. What has come lies in a file with <see cref="PartExtension"/> beside the target and is gone on
/// with after a broken connection, a silent server, a kill; the target appears whole and with the right checksum, or not at all.
/// </summary>
/// <param name="client">Its own time limit is to be infinite: a large file may take hours.</param>
/// <param name="address">Where the file is.</param>
/// <param name="path">The target.</param>
/// <param name="checksum">SHA-256, or MD5 where its authors publish nothing else, in small hexadecimal digits.</param>
public sealed class Download(HttpClient client, Uri address, string path, string checksum)
{
    /// <summary>The ending of what has come so far, whose name begins with a dot, so that no reader takes it for data.</summary>
    public const string PartExtension = ".part";

    // A server that sends a little each time is not tried for ever.
    private const int BarrenAttempts = 5, Attempts = 100, Md5Digits = 32, BufferBytes = 1 << 16;

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time before the second attempt; doubled with each that brings nothing.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A server that sends more bytes is not listened to.</summary>
    public long MostBytes { get; init; } = 4L << 30;

    /// <summary>Hears how many bytes have come, and how many there will be where the server says so.</summary>
    public Action<long, long?> Progress { get; init; } = (_, _) => { };

    /// <summary>Hears what made another attempt necessary.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Fetches the file.</summary>
    /// <param name="cancel">Stops it; what has come stays.</param>
    /// <returns>Whether it was fetched; false where it was there already.</returns>
    /// <exception cref="InputException">
    /// It cannot be had from there, is another file, or cannot be written; or another file is in its place.
    /// </exception>
    public async Task<bool> Run(CancellationToken cancel)
    {
        try
        {
            if (await IsThere(cancel).ConfigureAwait(false)) return false;
            string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full)!;
            Directory.CreateDirectory(folder);
            string beside = Path.Combine(folder, $".{Path.GetFileName(full)}{PartExtension}");
            try
            {
                using var part = new FileStream(beside, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                await Fill(part, cancel).ConfigureAwait(false);
                part.Flush(flushToDisk: true);
            }
            finally
            {
                if (new FileInfo(beside) is { Exists: true, Length: 0 }) File.Delete(beside);
            }
            File.Move(beside, full);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be written ({e.Message})", e);
        }
    }

    private async Task<bool> IsThere(CancellationToken cancel)
    {
        if (!File.Exists(path)) return false;
        PlainFile.Check(path);
        using var there = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (await IsWhole(there, cancel).ConfigureAwait(false)) return true;
        throw new InputException(path, $"is another file than the published one, whose checksum is {checksum}; move it away");
    }

    private async Task Fill(FileStream part, CancellationToken cancel)
    {
        if (part.Length > 0 && await IsWhole(part, cancel).ConfigureAwait(false)) return;
        (int barren, TimeSpan pause) = (0, Pause);
        for (int attempt = 1; ; attempt++)
        {
            long before = part.Length;
            Arrival arrival = await Receive(part, cancel).ConfigureAwait(false);
            string? fault = arrival.Fault;
            if (fault is null)
            {
                if (await IsWhole(part, cancel).ConfigureAwait(false)) return;
                long length = part.Length;
                part.SetLength(0);
                fault = FormattableString.Invariant($"what came ({length} bytes{arrival.Kind}) has not the checksum {checksum}");
                // What came in one piece will not be another next time.
                if (arrival.InOnePiece) throw new InputException(Name, $"{fault}; try another place with --mirror");
            }
            (barren, pause) = part.Length > before ? (0, Pause) : (barren + 1, 2 * pause);
            if (barren == BarrenAttempts || attempt == Attempts)
            {
                throw new InputException(Name,
                    $"{fault}; given up after {attempt} attempts; the same command goes on, --mirror names another place");
            }
            Tell($"{fault}; tried again");
            await Task.Delay(pause, cancel).ConfigureAwait(false);
        }
    }

    private async Task<Arrival> Receive(FileStream part, CancellationToken cancel)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silent.CancelAfter(Silence);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (part.Length > 0) request.Headers.Range = new RangeHeaderValue(part.Length, null);
        try
        {
            using HttpResponseMessage response =
                await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silent.Token).ConfigureAwait(false);
            if (Refusal(response, part) is string refused) return new Arrival(refused);
            bool fromStart = response.StatusCode != HttpStatusCode.PartialContent;
            if (fromStart) part.SetLength(0);
            await Append(part, response, silent).ConfigureAwait(false);
            bool isSized = response.Content.Headers.ContentLength is not null || response.Headers.TransferEncodingChunked == true;
            return new Arrival(null, fromStart && isSized, response.Content.Headers.ContentType?.MediaType);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Arrival(FormattableString.Invariant($"nothing came for {Silence.TotalSeconds:0.###} s"));
        }
        catch (HttpRequestException e)
        {
            return new Arrival(e.InnerException?.Message ?? e.Message);
        }
        catch (HttpIOException e)
        {
            return new Arrival(FormattableString.Invariant($"the connection broke after {part.Length} bytes ({e.Message})"));
        }
    }

    /// <summary>What is wrong with an answer and may be right next time; null where nothing is.</summary>
    private string? Refusal(HttpResponseMessage response, FileStream part)
    {
        string answer = FormattableString.Invariant($"the server answers {(int)response.StatusCode} {response.ReasonPhrase}");
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return null;
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == part.Length:
                return null;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                part.SetLength(0);
                return $"{answer} with another part of the file than was asked for";
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                return answer;
            default:
                throw new InputException(Name, $"{answer}; try another place with --mirror");
        }
    }

    private async Task Append(FileStream part, HttpResponseMessage response, CancellationTokenSource silent)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(silent.Token).ConfigureAwait(false);
        long? total = part.Length + response.Content.Headers.ContentLength;
        part.Seek(0, SeekOrigin.End);
        byte[] buffer = new byte[BufferBytes];
        while (await Read(body, buffer, silent.Token).ConfigureAwait(false) is > 0 and int count)
        {
            if (part.Length + count > MostBytes)
                throw new InputException(Name, $"sends more than {MostBytes} bytes; try another place with --mirror");
            part.Write(buffer.AsSpan(0, count));
            part.Flush();
            Progress(part.Length, total);
            silent.CancelAfter(Silence);
        }
    }

    /// <summary>A broken connection must not pass for a disk that cannot be written to.</summary>
    private static async Task<int> Read(Stream body, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAsync(buffer, cancel).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.Unknown, e.Message, e);
        }
    }

    private async Task<bool> IsWhole(FileStream file, CancellationToken cancel)
    {
        HashAlgorithmName kind = checksum.Length == Md5Digits ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;
        using var hash = IncrementalHash.CreateHash(kind);
        file.Seek(0, SeekOrigin.Begin);
        byte[] buffer = new byte[BufferBytes];
        while (await file.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and int count) hash.AppendData(buffer, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == checksum;
    }

    private string Name => address.AbsoluteUri;

    /// <summary>How an attempt went.</summary>
    /// <param name="Fault">What was wrong; null where the server thinks it has sent everything.</param>
    /// <param name="InOnePiece">Whether it began at the first byte, and the server had said where it ends.</param>
    /// <param name="MediaType">What the server calls it.</param>
    private sealed record Arrival(string? Fault, bool InOnePiece = false, string? MediaType = null)
    {
        /// <summary>The type where it tells more than that something came.</summary>
        public string Kind => MediaType is null or "application/octet-stream" ? "" : $" of {MediaType}";
    }
}
