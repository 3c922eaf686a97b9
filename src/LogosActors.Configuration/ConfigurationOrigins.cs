using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration;

/// <summary>Answers where the value of a configuration key came from.</summary>
public static class ConfigurationOrigins
{
    /// <summary>The origin of the value that <paramref name="configuration"/> returns for <paramref name="key"/>.</summary>
    /// <param name="configuration">The whole configuration; its last provider that knows the key wins, as it does for values.</param>
    /// <param name="key">The key, levels separated by <c>:</c>.</param>
    /// <returns>A place in a file, an environment variable, the name of a foreign provider, or <see langword="null"/> when nothing sets the key.</returns>
    public static ConfigurationOrigin? Of(IConfigurationRoot configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.Providers.Reverse().Select(provider => Of(provider, key)).FirstOrDefault(origin => origin is not null);
    }

    internal static ConfigurationOrigin? Of(IConfigurationProvider provider, string key) => provider switch
    {
        IOriginAware aware => aware.TryGetOrigin(key, out var origin) ? origin : null,
        ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } => Of(inner, key),
        _ => provider.TryGet(key, out _) ? new ConfigurationOrigin(provider.ToString() ?? provider.GetType().Name) : null,
    };
}
