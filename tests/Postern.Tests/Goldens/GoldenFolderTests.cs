namespace Postern.Tests.Goldens;

[Trait("Category", "Golden")]
public class GoldenFolderTests
{
    [Fact]
    public void A_folder_of_goldens_is_used_or_its_absence_is_told()
    {
        string? named = Environment.GetEnvironmentVariable("POSTERN_GOLDENS");
        if (string.IsNullOrEmpty(named) && GoldenFolder.Root is null)
            Assert.Skip("the shared folder has no goldens and POSTERN_GOLDENS names no folder");
        Assert.True(GoldenFolder.Root is not null, $"POSTERN_GOLDENS names {named}, which is not there");
        Assert.NotEmpty(GoldenFolder.Manifests(_ => true));
    }
}
