using LogosActors.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration;

/// <summary>A HOCON document as a source of settings.</summary>
internal sealed class HoconConfigurationSource(Func<HoconDocument?> read, string name) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(read, name);
}

/// <summary>Reads the document when the configuration is built or reloaded.</summary>
internal sealed class HoconConfigurationProvider(Func<HoconDocument?> read, string name) : ConfigurationProvider, IOriginAware
{
    Dictionary<string, ConfigurationOrigin> _origins = [];

    public override void Load()
    {
        var document = read();
        Data = document?.Settings ?? [];
        _origins = document?.Origins ?? [];
    }

    public bool TryGetOrigin(string key, out ConfigurationOrigin origin) => _origins.TryGetValue(key, out origin);

    public override string ToString() => name;
}
