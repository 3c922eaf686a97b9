using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration.Binding;

/// <summary>What a configuration holds at a key.</summary>
internal abstract record Setting
{
    public sealed record Missing : Setting;

    public sealed record Value(string? Text) : Setting;

    /// <param name="Names">The keys below, sorted; numbers as numbers.</param>
    public sealed record Group(IReadOnlyList<string> Names) : Setting;
}

/// <summary>The layers of a configuration as HOCON would merge them: a value or a list hides what earlier sources put there.</summary>
internal sealed class SettingTree(IReadOnlyList<IConfigurationProvider> providers)
{
    public Setting At(string key)
    {
        var names = new SortedSet<string>(Comparer<string>.Create(ConfigurationKeyComparer.Instance.Compare));
        foreach (var provider in providers.Reverse())
        {
            names.UnionWith(Names(provider, key));
            if (key.Length > 0 && provider.TryGet(key, out var text))
                return names.Count > 0 ? new Setting.Group([.. names]) : new Setting.Value(text);
        }
        return names.Count > 0 ? new Setting.Group([.. names]) : new Setting.Missing();
    }

    /// <summary>Only the last source that has anything below the key: lists replace each other, they do not merge by index.</summary>
    public SettingTree OfLastSource(string key) => new([providers.Last(provider => Names(provider, key).Any())]);

    public ConfigurationOrigin? OriginOf(string key) =>
        providers.Reverse().Select(provider => ConfigurationOrigins.Of(provider, key)).FirstOrDefault(origin => origin is not null);

    public static string Below(string key, string name) => key.Length == 0 ? name : ConfigurationPath.Combine(key, name);

    static IEnumerable<string> Names(IConfigurationProvider provider, string key) =>
        provider.GetChildKeys([], key.Length == 0 ? null : key);
}
