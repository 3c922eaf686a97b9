using System.Collections;
using LogosActors.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration;

/// <summary>Environment variables that override settings: <c>LOGOS_ACTORS__SHUTDOWN_TIMEOUT</c> is <c>actors:shutdown-timeout</c>.</summary>
internal sealed class EnvironmentOverrideSource(string prefix, Func<IDictionary> variables) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new EnvironmentOverrideProvider(prefix, variables);
}

internal sealed class EnvironmentOverrideProvider(string prefix, Func<IDictionary> variables) : ConfigurationProvider, IOriginAware
{
    readonly Dictionary<string, ConfigurationOrigin> _origins = new(StringComparer.OrdinalIgnoreCase);

    public override void Load()
    {
        Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        _origins.Clear();
        foreach (DictionaryEntry variable in variables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length)
                Set(name, KeyOf(name[prefix.Length..]), (string?)variable.Value ?? "");
        }
    }

    public bool TryGetOrigin(string key, out ConfigurationOrigin origin) => _origins.TryGetValue(key, out origin);

    public override string ToString() => $"environment variables {prefix}*";

    void Set(string variable, string key, string value)
    {
        var origin = new ConfigurationOrigin($"environment variable {variable}");
        if (!value.StartsWith('[') && !value.StartsWith('{'))
        {
            Add(key, value, origin);
            return;
        }
        const string field = "value";
        var document = HoconDocument.OfText($"{field} = {value}", origin.Source);
        foreach (var (name, setting) in document.Settings)
            Add(key + name[field.Length..], setting, origin);
    }

    void Add(string key, string? value, ConfigurationOrigin origin)
    {
        Data[key] = value;
        _origins[key] = origin;
        for (var end = key.LastIndexOf(':'); end > 0; end = key.LastIndexOf(':', end - 1))
            _origins[key[..end]] = origin;
    }

#pragma warning disable CA1308 // keys are lower case in HOCON files; nothing is compared here
    static string KeyOf(string name) => name.ToLowerInvariant()
#pragma warning restore CA1308
        .Replace("__", ":", StringComparison.Ordinal).Replace('_', '-');
}
