using System.Diagnostics;

namespace LogosActors.Documentation.Tests;

/// <summary>The programs that the guides begin with, as a reader runs them: pasted into an empty project.</summary>
public sealed class ProgramTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-program-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("messaging")]
    [InlineData("channel")]
    public async Task A_program_prints_what_it_says_in_an_empty_project(string name)
    {
        var code = Samples.All[name];
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "Program.cs"), code);
        // What `dotnet new console` makes, and a reference.
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "Empty.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Repository.File("src/LogosActors.Channels/LogosActors.Channels.csproj")}" />
              </ItemGroup>
            </Project>
            """);

        var output = await RunAsync("run", "-c", "Release", "--project", _directory.FullName);

        var expected = code.Split('\n').Where(static line => line.StartsWith("// prints: ", StringComparison.Ordinal)).Select(static line => line["// prints: ".Length..]).ToList();
        Assert.NotEmpty(expected);
        Assert.All(expected, line => Assert.Contains(line, output, StringComparison.Ordinal));
    }

    static async Task<string> RunAsync(params string[] arguments)
    {
        using var late = new CancellationTokenSource(Patience);
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
            await process.WaitForExitAsync(late.Token);
            return $"{await output}\n{await errors}";
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
