using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration.Binding;

/// <summary>The values of one section of another configuration, under their full keys.</summary>
internal sealed class SectionSource(IConfigurationSection section) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(section);

    sealed class Provider(IConfigurationSection section) : ConfigurationProvider
    {
        public override void Load() =>
            Data = section.AsEnumerable().Where(static entry => entry.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);

        public override string ToString() => $"section {section.Path.Replace(':', '.')}";
    }
}
