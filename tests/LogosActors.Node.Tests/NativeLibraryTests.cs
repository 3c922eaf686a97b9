using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace LogosActors.Node.Tests;

/// <summary>What the program needs beside .NET is in its packages, for every platform that it is meant for.</summary>
public sealed class NativeLibraryTests
{
    static readonly string[] Platforms = ["linux-arm64", "linux-x64", "osx-arm64", "osx-x64", "win-x64"];

    [Fact]
    public void Every_native_library_of_the_program_comes_for_linux_macos_and_windows()
    {
        using var dependencies = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "logos.deps.json")));
        var packages = dependencies.RootElement.GetProperty("targets").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject())
            .Select(package => (Name: package.Name.Split('/')[0], Platforms: PlatformsOf(package.Value)))
            .Where(package => package.Platforms.Length > 0)
            .ToDictionary(package => package.Name, package => package.Platforms, StringComparer.OrdinalIgnoreCase);

        Assert.Equal(["libsodium", "SQLite"], packages.Keys.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.All(packages, package => Assert.Empty(Platforms.Except(package.Value)));
    }

    // What native code is called with is checked by who wrote the package, on all of its platforms.
    [Fact]
    public void No_assembly_of_ours_calls_native_code_itself()
    {
        var ours = Directory.GetFiles(AppContext.BaseDirectory, "LogosActors.*.dll").Append(Path.Combine(AppContext.BaseDirectory, "logos.dll"))
            .Where(file => !file.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .ToArray();

        Assert.Contains(ours, file => Path.GetFileName(file) == "LogosActors.Libp2p.dll");
        Assert.All(ours, file => Assert.Empty(NativeCallsOf(file)));
    }

    /// <summary>The platforms that a package has native libraries for.</summary>
    static string[] PlatformsOf(JsonElement package) =>
        package.TryGetProperty("runtimeTargets", out var targets)
            ? [.. targets.EnumerateObject().Select(target => target.Value)
                .Where(target => target.GetProperty("assetType").GetString() == "native")
                .Select(target => target.GetProperty("rid").GetString()!)]
            : [];

    static List<string> NativeCallsOf(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        return [.. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => metadata.GetString(method.Name))];
    }
}
