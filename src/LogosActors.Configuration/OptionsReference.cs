using LogosActors.Configuration.Binding;

namespace LogosActors.Configuration;

/// <summary>One setting of an options record, as a reference would list it.</summary>
/// <param name="Key">The full name as HOCON writes it; <c>&lt;name&gt;</c> and <c>&lt;n&gt;</c> stand for free names and list positions.</param>
/// <param name="Accepts">What may be written: "a duration such as 5s or 100 ms".</param>
/// <param name="Range">The bounds, if there are any: "100 ms to 1 h".</param>
/// <param name="Default">The default as it would stand in a file; null when there is none, or when it is secret.</param>
/// <param name="Documentation">The summary of the property's XML documentation; empty when the file beside the assembly is missing.</param>
public sealed record OptionsSetting(string Key, string Accepts, string? Range, string? Default, string Documentation);

/// <summary>Lists the settings that <see cref="OptionsBinder"/> accepts for an options record.</summary>
public static class OptionsReference
{
    /// <summary>Lists every setting, those of nested groups included, in the order of declaration.</summary>
    /// <typeparam name="T">The options record.</typeparam>
    /// <param name="section">The key of the group, levels separated by <c>:</c>; empty for the whole.</param>
    /// <param name="defaults">Where defaults are read from; without it a new <typeparamref name="T"/>.</param>
    /// <returns>The settings.</returns>
    public static IReadOnlyList<OptionsSetting> Describe<T>(string section, T? defaults = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(section);
        return [.. Describe(typeof(T), section.Replace(':', '.'), defaults, [])];
    }

    static IEnumerable<OptionsSetting> Describe(Type type, string key, object? defaults, Type[] within)
    {
        if (within.Contains(type) || SettingShape.Of(type) is not SettingShape.Group group)
            yield break;
        defaults ??= group.Copy(null);
        foreach (var property in group.Properties)
        {
            var name = key.Length == 0 ? property.Key : $"{key}.{property.Key}";
            var value = property.Property.GetValue(defaults);
            var shape = SettingShape.Of(property.Property.PropertyType);
            if (shape is not SettingShape.Group)
            {
                yield return new OptionsSetting(
                    name, OptionsReader.Accepts(property.Property.PropertyType), property.Range?.ToString(),
                    property.IsSecret || property.IsRequired ? null : Write(shape, value), XmlSummaries.Of(property.Property));
            }
            var (below, belowKey, belowValue) = shape switch
            {
                SettingShape.Group nested => (nested.Type, name, value),
                SettingShape.Items items => (items.Element, $"{name}.<n>", null),
                SettingShape.Named named => (named.Value, $"{name}.<name>", null),
                _ => (typeof(string), name, null),
            };
            foreach (var setting in Describe(below, belowKey, belowValue, [.. within, type]))
                yield return setting;
        }
    }

    static string? Write(SettingShape shape, object? value) => (shape, value) switch
    {
        (_, null) => "null",
        (SettingShape.Scalar scalar, _) => scalar.Type.Write(value),
        (SettingShape.Items { Element: var element }, System.Collections.IEnumerable items) when SettingShape.Of(element) is SettingShape.Scalar scalar =>
            $"[{string.Join(", ", items.Cast<object>().Select(scalar.Type.Write))}]",
        (SettingShape.Items, System.Collections.IEnumerable items) when !items.Cast<object>().Any() => "[]",
        (SettingShape.Named, System.Collections.IEnumerable items) when !items.Cast<object>().Any() => "{}",
        _ => null,
    };
}
