using System.Diagnostics;
using System.Text.Json;
using Postern.Attacks;
using Postern.Tests.Studies;

namespace Postern.Tests.Outside;

/// <summary>What <c>dotnet pack</c> makes of this build, installed from a folder as anybody would.</summary>
[LongGroup("Packaging")]
public sealed class PackagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public PackagesTests() => folder.File("nuget.config", $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="{folder.File("installed")}" /></config>
          <fallbackPackageFolders><add key="those of this build" value="{Cache}" /></fallbackPackageFolders>
          <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
        </configuration>
        """);

    private string Feed => folder.File("feed");

    private static string Configuration => AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release")
        ? "Release" : "Debug";

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_tool_is_installed_and_knows_every_attack()
    {
        Pack("Postern.Cli");
        string tools = folder.File("tools");
        Run("dotnet", "tool", "install", "Postern.Cli", "--tool-path", tools, "--configfile", folder.File("nuget.config"));
        JsonElement listed = JsonDocument.Parse(Run(Path.Combine(tools, "postern"), "attacks", "--json")).RootElement;
        Assert.Equal(AttackCatalog.All.Select(a => a.Name),
            listed.EnumerateArray().Select(a => a.GetProperty("name").GetString()));
    }

    [Fact]
    public void The_library_is_a_package_that_brings_its_kernels_and_libtorch()
    {
        Pack("Postern.Kernels");
        Pack("Postern");
        string project = folder.File("Own.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Postern" Version="*" /></ItemGroup>
            </Project>
            """);
        folder.File("Program.cs", """
            using Postern.Datasets;

            using Dataset signs = DatasetCatalog.OpenPath("signs");
            Console.WriteLine($"{Postern.Attacks.AttackCatalog.All.Count} {TorchSharp.torch.ones(3).sum().item<float>()}");
            """);
        string said = Run("dotnet", "run", "-c", Configuration, "--project", project);
        Assert.Equal($"{AttackCatalog.All.Count} 3", said.TrimEnd().Split('\n')[^1]);
    }

    private void Pack(string project) => Run("dotnet", "pack", Path.Combine(SharedMaterial.RepositoryRoot, "src", project), "-c",
        Configuration, "--no-build", "--no-restore", "-o", Feed);

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{output}{errors.Result}");
        return output;
    }
}
