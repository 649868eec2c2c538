using Postern.Cli;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Reports.Figures;

namespace Postern.Tests.Datasets;

public class LoosePicturesTests
{
    private static void Lay(DatasetFolder folder, string name, int width, int height, byte grey)
    {
        var picture = new RgbImage(width, height);
        picture.Pixels.AsSpan().Fill(grey);
        folder.Write(name, ImageFile.EncodePng(picture));
    }

    [Theory]
    [InlineData("photo.png", 1)]
    [InlineData("", 3)]
    public void A_picture_or_a_folder_of_them_serves_previews_and_figures(string path, int count)
    {
        using var folder = new DatasetFolder();
        Lay(folder, "photo.png", 300, 200, 90);
        Lay(folder, "other.png", 200, 300, 120);
        Lay(folder, "third.png", 640, 480, 150);
        using Dataset pictures = LoosePictures.OpenOrDataset(folder[path]);
        Assert.Equal((count, 224, 224), (pictures.Test.Count, pictures.Test.Size, pictures.InputSize));
        Assert.All(pictures.Test.Labels, l => Assert.NotEqual(pictures.TargetClass, l));
        Assert.Equal(count, TriggerSamplesFigure.Grid(pictures, 3).Rows.Count);
        string sheet = folder["preview.out.png"];
        Assert.Equal(0, Program.Run(["attacks", "wanet", "--preview", sheet, "--data", folder[path]], TextWriter.Null));
        Assert.True(ImageFile.Load(sheet).Height >= count * 224);
    }

    [Fact]
    public void Small_squares_keep_their_pixels()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "a.png", 32, 32, 77);
        using Dataset pictures = LoosePictures.OpenOrDataset(folder["a.png"]);
        Assert.Equal(32, pictures.InputSize);
        Assert.Equal((byte)77, DatasetFolder.Picture(pictures.Test, 0)[5]);
    }

    [Fact]
    public void What_is_a_dataset_stays_one()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "train/a/1.png", 24, 24, 1);
        Lay(folder, "test/a/1.png", 24, 24, 2);
        Lay(folder, "cover.png", 24, 24, 3);
        using Dataset set = LoosePictures.OpenOrDataset(folder.Path);
        Assert.Equal("folder", set.Name);
    }

    [Fact]
    public void An_attack_that_learns_first_asks_for_a_dataset()
    {
        using var folder = new DatasetFolder();
        Lay(folder, "a.png", 32, 32, 77);
        using var errors = new StringWriter();
        Assert.Equal(2, Program.Run(["attacks", "issba", "--preview", folder["x.png"], "--data", folder["a.png"]], errors));
        Assert.Contains("learns from a dataset", errors.ToString(), StringComparison.Ordinal);
    }
}
