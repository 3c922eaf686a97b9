using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Node.Configuration;

/// <summary>The flags of a command line as a source of settings.</summary>
internal sealed class FlagConfigurationSource(IReadOnlyList<(NodeFlag Flag, IReadOnlyList<string> Values)> flags) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new FlagConfigurationProvider(flags);
}

/// <summary>Knows which flag set which setting.</summary>
internal sealed class FlagConfigurationProvider(IReadOnlyList<(NodeFlag Flag, IReadOnlyList<string> Values)> flags) : ConfigurationProvider, IOriginAware
{
    readonly Dictionary<string, ConfigurationOrigin> _origins = new(StringComparer.OrdinalIgnoreCase);

    public override void Load()
    {
        Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        _origins.Clear();
        foreach (var (flag, values) in flags)
            Set(flag, values);
    }

    public bool TryGetOrigin(string key, out ConfigurationOrigin origin) => _origins.TryGetValue(key, out origin);

    public override string ToString() => "command line";

    void Set(NodeFlag flag, IReadOnlyList<string> values)
    {
        var key = $"{flag.Section}:{flag.Key}";
        var origin = new ConfigurationOrigin(flag.Name);
        if (flag.Kind is FlagKind.List)
        {
            for (var i = 0; i < values.Count; i++)
                Add($"{key}:{i}", values[i], origin);
        }
        else
        {
            Add(key, values.Count > 0 ? Read(flag, values[^1]) : flag.Kind is FlagKind.Without ? "false" : "true", origin);
        }
        for (var end = key.Length; end > 0; end = key.LastIndexOf(':', end - 1))
            _origins[key[..end]] = origin;
    }

#pragma warning disable CA1308 // words are lower case in configuration files
    static string Read(NodeFlag flag, string value) =>
        flag.IsWord ? value.ToLowerInvariant()
        : flag.IsInSeconds && value.Length > 0 && value.All(char.IsAsciiDigit) ? $"{value} s"
        : value;
#pragma warning restore CA1308

    void Add(string key, string value, ConfigurationOrigin origin)
    {
        Data[key] = value;
        _origins[key] = origin;
    }
}
