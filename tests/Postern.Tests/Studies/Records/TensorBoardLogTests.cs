using Postern.Studies;

namespace Postern.Tests.Studies;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CellDirectory directory;

    public TensorBoardLogTests() => directory = new CellDirectory(folder.File("runs/s"),
        StudyFile.Read(folder.File("s.yaml", "datasets: [signs]\nmodels: [vim]\nattacks: [badnets]\npreset: quick"),
            SampleCatalogs.All, []).Cells[0]);

    public void Dispose() => folder.Dispose();

    private string EventPath => Path.Combine(directory.Folder, "events.out.tfevents.postern");

    private static EpochMetrics Epoch(int epoch, double loss = 0.5, double? asr = 0.25) =>
        new(epoch, epoch * 10, loss, 1e-3, 0.9, asr, asr is null ? null : 0.75, 1234.5, 0.02, 1.5);

    private (long Step, float Loss)[] Losses() =>
        [.. EventFile.Read(EventPath).Where(p => p.Tag == "train/loss").Select(p => (p.Step, p.Value))];

    [Fact]
    public void Every_curve_is_there_under_its_tag_with_the_epoch_as_step_and_the_time_of_writing()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        directory.AppendMetrics(Epoch(1));
        directory.AppendMetrics(Epoch(2, double.NaN, asr: null));
        EventPoint[] points = EventFile.Read(EventPath);
        Assert.Equal(
        [
            ("train/loss", 1, 0.5f), ("train/lr", 1, 1e-3f), ("test/acc", 1, 0.9f), ("test/asr", 1, 0.25f), ("test/ra", 1, 0.75f),
            ("speed/images_per_second", 1, 1234.5f), ("speed/data_wait", 1, 0.02f),
            ("train/loss", 2, float.NaN), ("train/lr", 2, 1e-3f), ("test/acc", 2, 0.9f), ("speed/images_per_second", 2, 1234.5f),
            ("speed/data_wait", 2, 0.02f),
        ], points.Select(p => (p.Tag, p.Step, p.Value)));
        Assert.All(points, p => Assert.InRange(p.WallTime, before.ToUnixTimeMilliseconds() / 1000.0,
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0));
    }

    [Fact]
    public void The_first_bytes_are_those_of_every_event_file()
    {
        directory.AppendMetrics(Epoch(1));
        // A version record is 24 bytes long; this is its length with the checksum, then the tag of wall_time.
        Assert.Equal("1800000000000000" + "A37F4B22" + "09", Convert.ToHexString(File.ReadAllBytes(EventPath).AsSpan(0, 13)));
    }

    [Fact]
    public void The_checksum_is_that_of_the_standard()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and counting up.
        Assert.Equal([0x8A9136AAu, 0x62A8AB43u, 0x46DD794Eu], new[]
        {
            EventFile.Crc32C(new byte[32]), EventFile.Crc32C([.. Enumerable.Repeat((byte)255, 32)]),
                EventFile.Crc32C([.. Enumerable.Range(0, 32).Select(i => (byte)i)]),
        });
    }

    [Fact]
    public void A_torn_end_is_cut_off_by_the_next_epoch_wherever_it_was_torn()
    {
        directory.AppendMetrics(Epoch(1));
        int first = File.ReadAllBytes(EventPath).Length;
        directory.AppendMetrics(Epoch(2));
        byte[] whole = File.ReadAllBytes(EventPath);
        for (int length = 0; length < whole.Length; length += length < first ? 13 : 1)
        {
            File.WriteAllBytes(EventPath, whole[..length]);
            directory.AppendMetrics(Epoch(2));
            Assert.Equal(length < first ? [(2, 0.5f)] : [(1, 0.5f), (2, 0.5f)], Losses());
        }
    }

    [Fact]
    public void An_epoch_that_is_trained_again_stands_once()
    {
        for (int epoch = 1; epoch <= 4; epoch++) directory.AppendMetrics(Epoch(epoch));
        byte[] earlier = File.ReadAllBytes(EventPath);
        directory.TruncateMetrics(2);
        byte[] cut = File.ReadAllBytes(EventPath);
        Assert.Equal(earlier[..cut.Length], cut);
        directory.AppendMetrics(Epoch(3, loss: 0.25));
        Assert.Equal([(1, 0.5f), (2, 0.5f), (3, 0.25f)], Losses());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(60)]
    public void A_missing_or_damaged_file_is_written_anew_from_the_metrics_when_a_run_goes_on(int damagedByte)
    {
        for (int epoch = 1; epoch <= 3; epoch++) directory.AppendMetrics(Epoch(epoch));
        byte[] bytes = File.ReadAllBytes(EventPath);
        if (damagedByte < 0) File.Delete(EventPath);
        else
        {
            bytes[damagedByte] ^= 1;
            File.WriteAllBytes(EventPath, bytes);
        }
        directory.TruncateMetrics(2);
        Assert.Equal([(1, 0.5f), (2, 0.5f)], Losses());
    }

    [Fact]
    public void A_cell_that_starts_has_no_points_and_no_file_before_its_first_epoch()
    {
        directory.TruncateMetrics(0);
        Assert.False(File.Exists(EventPath));
        directory.AppendMetrics(Epoch(1));
        directory.TruncateMetrics(0);
        Assert.Empty(Losses());
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named()
    {
        Directory.CreateDirectory(EventPath);
        Assert.StartsWith($"{EventPath}: cannot be written",
            Assert.Throws<InputException>(() => directory.AppendMetrics(Epoch(1))).Message, StringComparison.Ordinal);
    }
}
