using System.Text.Json;

namespace LogosActors.Documentation.Tests;

/// <summary>What comes with a node, of a console application that references Delivery and Channels only: the sample Resilience.</summary>
public sealed class ConsoleApplicationTests
{
    [Fact]
    public void It_runs_on_the_runtime_of_NET_alone()
    {
        using var configuration = Read("runtimeconfig");

        var options = configuration.RootElement.GetProperty("runtimeOptions");

        Assert.False(options.TryGetProperty("frameworks", out _), "It needs more than one framework.");
        Assert.Equal("Microsoft.NETCore.App", options.GetProperty("framework").GetProperty("name").GetString());
    }

    [Fact]
    public void It_has_neither_ASP_NET_Core_nor_a_client_of_PostgreSQL()
    {
        using var dependencies = Read("deps");

        var libraries = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(static library => library.Name.Split('/')[0]).ToList();

        Assert.Contains("LogosActors.Delivery", libraries);
        Assert.Contains("LogosActors.Channels", libraries);
        Assert.DoesNotContain(libraries, static library => library.StartsWith("Microsoft.AspNetCore", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(libraries, static library => library.StartsWith("Npgsql", StringComparison.OrdinalIgnoreCase));
    }

    static JsonDocument Read(string kind) => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"Resilience.{kind}.json")));
}
