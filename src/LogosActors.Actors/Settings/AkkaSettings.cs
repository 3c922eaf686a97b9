using System.Globalization;
using System.Text;
using Akka.Configuration;
using LogosActors.Configuration;
using LogosActors.Configuration.Binding;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Actors.Settings;

/// <summary>The <c>akka</c> section of a configuration, which is handed to Akka as it is.</summary>
public static class AkkaSettings
{
    const string Section = "akka";

    /// <summary>Reads the section.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>What Akka takes; empty if there is no such section.</returns>
    public static Config Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        if (!section.Exists())
            return Config.Empty;
        var text = new StringBuilder();
        Write(text.Append(Section), section);
        return ConfigurationFactory.ParseString(text.ToString());
    }

    /// <summary>Finds the keys of the section that no Akka package of this process knows, outside of the places where Akka takes free names.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The keys, with where each was set and which known one is close to it.</returns>
    public static IReadOnlyList<UnknownAkkaKey> FindUnknown(IConfigurationRoot configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var unknown = new List<UnknownAkkaKey>();
        Find(configuration, configuration.GetSection(Section), AkkaReference.Known, unknown);
        return unknown;
    }

    static void Find(IConfigurationRoot configuration, IConfigurationSection section, AkkaReference known, List<UnknownAkkaKey> unknown)
    {
        foreach (var child in section.GetChildren())
        {
            if (known.Find(child.Key) is not { } reference)
            {
                var place = ConfigurationOrigins.Of(configuration, FirstValueOf(child));
                unknown.Add(new UnknownAkkaKey(child.Path.Replace(':', '.'), place, Suggestion.For(child.Key, known.Names)));
            }
            else if (!reference.TakesAnything)
                Find(configuration, child, reference, unknown);
        }
    }

    static string FirstValueOf(IConfigurationSection section) =>
        section.Value is null && section.GetChildren().FirstOrDefault() is { } first ? FirstValueOf(first) : section.Path;

    static void Write(StringBuilder text, IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
            text.Append(" = ").Append(Quoted(section.Value ?? ""));
        else if (children.Select((child, index) => (child, index)).All(
            pair => string.Equals(pair.child.Key, pair.index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)))
            text.Append(" = [").AppendJoin(", ", children.Select(child => Quoted(child.Value ?? ""))).Append(']');
        else
        {
            text.Append(" {\n");
            foreach (var child in children)
                Write(text.Append(Quoted(child.Key)), child);
            text.Append('}');
        }
        text.Append('\n');
    }

    static string Quoted(string value) =>
        '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}

/// <summary>A key of the <c>akka</c> section that Akka does not know, so that it has no effect.</summary>
/// <param name="Key">The key, levels separated by dots.</param>
/// <param name="Origin">Where it was set.</param>
/// <param name="Suggestion">A key that was probably meant; null: none is close.</param>
public sealed record UnknownAkkaKey(string Key, ConfigurationOrigin? Origin, string? Suggestion)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Origin is { } origin ? $"{origin}: " : "")}'{Key}' is not a setting of Akka and has no effect{(Suggestion is null ? "." : $"; did you mean '{Suggestion}'?")}";
}
