using LogosActors.Configuration;
using LogosActors.Delivery;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Node.Configuration;

/// <summary>Reads the settings of a node from files, the environment and flags; the later of these override the earlier.</summary>
internal static class ConfigurationLoader
{
    /// <summary>Where a node's settings are in a configuration.</summary>
    public const string Section = "node";

    /// <summary>Reads the sources.</summary>
    /// <param name="files">HOCON files, the later overriding the earlier.</param>
    /// <param name="flags">Flags and their values.</param>
    /// <exception cref="HoconException">A file is missing or is not HOCON.</exception>
    public static IConfigurationRoot Read(IEnumerable<string> files, IReadOnlyList<(NodeFlag Flag, IReadOnlyList<string> Values)> flags)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in files)
            builder.AddHoconFile(file.Length > 0 ? file : throw new HoconException(new ConfigurationOrigin("--config-file"), "the path is empty."));
        var configuration = builder.AddLogosEnvironment().Add(new FlagConfigurationSource(flags)).Build();
        CheckTopLevel(configuration);
        return configuration;
    }

    /// <summary>Refuses settings of a node that stand outside its section, where they would have no effect: the reference node has them there.</summary>
    static void CheckTopLevel(IConfigurationRoot configuration)
    {
        var problems = new List<OptionsProblem>();
        foreach (var key in configuration.GetChildren().Select(section => section.Key))
        {
            if (key is not Section && NodeFlag.All.FirstOrDefault(flag => flag.IsCalled(key)) is { } meant)
            {
                problems.Add(new OptionsProblem(
                    key, $"has no effect here: settings of the node are in the section {Section}. Did you mean {Section}.{meant.Key.Replace(':', '.')}?",
                    ConfigurationOrigins.Of(configuration, key)));
            }
        }
        if (problems.Count > 0)
            throw new OptionsException(problems);
    }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="OptionsException">They are not accepted; it names every problem and its place.</exception>
    public static NodeSettings Bind(IConfigurationRoot configuration) =>
        OptionsBinder.Bind(configuration, Section, DefaultsOf(PresetOf(configuration)));

    /// <summary>Checks the settings of a node of its own, which a command brings: it takes any port that is free, and says errors only.</summary>
    /// <exception cref="OptionsException">They are not accepted; it names every problem and its place.</exception>
    public static NodeSettings BindOwn(IConfigurationRoot configuration) => OptionsBinder.Bind(
        configuration, Section, DefaultsOf(PresetOf(configuration)) with { TcpPort = 0, Log = new LogSettings { Level = LogThreshold.Error } });

    /// <summary>The network that a configuration names; null: none.</summary>
    /// <exception cref="OptionsException">There is no such network.</exception>
    public static NetworkPreset? PresetOf(IConfigurationRoot configuration)
    {
        const string key = $"{Section}:preset";
        if (configuration[key] is not { Length: > 0 } name)
            return null;
        return NetworkPreset.TryFind(name, out var preset)
            ? preset
            : throw new OptionsException(
            [
                new OptionsProblem(
                    $"{Section}.preset", $"there is no network '{name}'; expected one of {string.Join(", ", NetworkPreset.All.Select(known => known.Name))}.",
                    ConfigurationOrigins.Of(configuration, key)),
            ]);
    }

    /// <summary>The settings that are not configured: those of a network, where it says them.</summary>
    public static NodeSettings DefaultsOf(NetworkPreset? preset) => preset is null ? new NodeSettings() : new NodeSettings
    {
        ClusterId = preset.Cluster,
        NumShardsInNetwork = preset.ShardCount,
        MaxMessageSize = new DataSize(preset.MaxMessageSize),
        EntryNodes = [.. preset.EntryNodes, .. preset.DiscoveryNodes],
        Discv5 = new Discv5Settings { Enabled = preset.DiscoveryNodes.Count > 0 },
    };
}
