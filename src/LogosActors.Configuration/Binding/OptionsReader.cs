using System.Globalization;

namespace LogosActors.Configuration.Binding;

/// <summary>Reads one options record out of a configuration and collects everything that is wrong with it.</summary>
internal sealed class OptionsReader(SettingTree tree, List<OptionsProblem> problems)
{
    /// <returns>The record; not to be used when there are problems.</returns>
    public object ReadGroup(SettingShape.Group shape, string key, object? defaults)
    {
        var before = problems.Count;
        var options = shape.Copy(defaults);
        var written = Written(shape, key);
        foreach (var property in shape.Properties)
        {
            if (written.Contains(property.Key))
                ReadProperty(options, property, SettingTree.Below(key, property.Key));
            else if (property.IsRequired)
                Report(SettingTree.Below(key, property.Key), $"is required; expected {Accepts(property.Property.PropertyType)}.", origin: key);
        }
        if (problems.Count == before && options is IValidatedOptions validated)
        {
            foreach (var broken in validated.Validate())
                ReportRule(shape, key, broken);
        }
        return options;
    }

    /// <summary>Reports a broken rule at the setting whose name it begins with, which is where it was set.</summary>
    void ReportRule(SettingShape.Group shape, string key, string broken)
    {
        var end = broken.AsSpan().IndexOfAny(':', ' ');
        var name = end < 0 ? "" : broken[..end];
        var first = name.Split('.')[0];
        if (!shape.Properties.Any(property => property.Key.Equals(first, StringComparison.Ordinal)))
            Report(key, broken);
        else
            Report(SettingTree.Below(key, name.Replace('.', ':')), broken[end] == ':' ? broken[(end + 1)..].TrimStart() : $"is wrong: {broken}");
    }

    HashSet<string> Written(SettingShape.Group shape, string key)
    {
        var accepted = shape.Properties.Select(property => property.Key).ToArray();
        if (tree.At(key) is not Setting.Group group)
        {
            if (tree.At(key) is Setting.Value { Text: { } text })
                Report(key, $"'{text}' is not accepted; expected a group of the settings {string.Join(", ", accepted)}.");
            return [];
        }
        foreach (var name in group.Names.Except(accepted, StringComparer.OrdinalIgnoreCase))
        {
            var hint = Suggestion.For(name, accepted) is { } meant ? $" Did you mean {meant}?" : "";
            Report(SettingTree.Below(key, name), $"there is no such setting.{hint} Accepted here: {string.Join(", ", accepted)}.");
        }
        return group.Names.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    void ReadProperty(object options, SettingProperty property, string key)
    {
        var type = property.Property.PropertyType;
        if (tree.At(key) is Setting.Value { Text: null } && SettingShape.Of(type) is not SettingShape.Group)
        {
            if (property.MayBeNull)
                property.Property.SetValue(options, null);
            else
                Report(key, $"null is not accepted; expected {Accepts(type)}.");
        }
        else if (TryRead(type, property, key, property.Property.GetValue(options), out var value))
        {
            property.Property.SetValue(options, value);
        }
    }

    bool TryRead(Type type, SettingProperty property, string key, object? defaults, out object? value)
    {
        var before = problems.Count;
        value = SettingShape.Of(type) switch
        {
            SettingShape.Scalar scalar => ReadScalar(scalar.Type, property, key),
            SettingShape.Items items => ReadItems(items, property, key),
            SettingShape.Named named => ReadNamed(named, property, key),
            SettingShape.Group group => ReadGroup(group, key, defaults),
            _ => throw new InvalidOperationException($"{type} has no shape."),
        };
        return problems.Count == before;
    }

    object? ReadScalar(ScalarType type, SettingProperty property, string key)
    {
        if (tree.At(key) is not Setting.Value { Text: var text })
        {
            Report(key, $"a group or list is not accepted; expected {type.Accepts}.");
            return null;
        }
        var shown = property.IsSecret ? "the value" : text is null ? "null" : $"'{text}'";
        var value = text is null ? null : type.Read(text);
        if (value is null)
            Report(key, $"{shown} is not accepted; expected {type.Accepts}{(property.Range is { } range ? $", {range}" : "")}.");
        else if (property.Range is { } bounds && !bounds.Contains(value))
            Report(key, $"{shown} is out of range; expected {type.Accepts}, {bounds}.");
        return value;
    }

    Array ReadItems(SettingShape.Items shape, SettingProperty property, string key)
    {
        switch (tree.At(key))
        {
            case Setting.Value { Text: "" }:
                return Array.CreateInstance(shape.Element, 0);
            case Setting.Group:
                break;
            case var other:
                Report(key, $"'{(other as Setting.Value)?.Text}' is not accepted; expected a list such as [a, b] of {Accepts(shape.Element)}.");
                return Array.CreateInstance(shape.Element, 0);
        }
        var source = tree.OfLastSource(key);
        var names = ((Setting.Group)source.At(key)).Names;
        var reader = new OptionsReader(source, problems);
        var values = Array.CreateInstance(shape.Element, names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var element = SettingTree.Below(key, names[i]);
            if (!uint.TryParse(names[i], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                Report(element, $"a list has no such setting; expected a list such as [a, b] of {Accepts(shape.Element)}.");
            else if (reader.TryRead(shape.Element, property, element, null, out var value))
                values.SetValue(value, i);
        }
        return values;
    }

    object ReadNamed(SettingShape.Named shape, SettingProperty property, string key)
    {
        var values = (System.Collections.IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), shape.Value), StringComparer.OrdinalIgnoreCase)!;
        switch (tree.At(key))
        {
            case Setting.Group group:
                foreach (var name in group.Names)
                {
                    if (TryRead(shape.Value, property, SettingTree.Below(key, name), null, out var value))
                        values.Add(name, value);
                }
                break;
            case Setting.Value { Text: var text }:
                Report(key, $"'{text}' is not accepted; expected {{ name = … }}, each {Accepts(shape.Value)}.");
                break;
        }
        return values;
    }

    public static string Accepts(Type type) => SettingShape.Of(type) switch
    {
        SettingShape.Scalar scalar => scalar.Type.Accepts,
        SettingShape.Items items => $"a list of {Accepts(items.Element)}",
        SettingShape.Named named => $"a group of names, each {Accepts(named.Value)}",
        SettingShape.Group group => $"a group of the settings {string.Join(", ", group.Properties.Select(property => property.Key))}",
        _ => "",
    };

    void Report(string key, string message, string? origin = null) =>
        problems.Add(new OptionsProblem(key.Replace(':', '.'), message, tree.OriginOf(origin ?? key)));
}
