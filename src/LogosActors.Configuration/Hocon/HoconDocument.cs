using System.Globalization;

namespace LogosActors.Configuration.Hocon;

/// <summary>A document, read and resolved, as the flat settings that <c>IConfiguration</c> works with.</summary>
/// <remarks>Levels are separated by <c>:</c>, array elements are numbered from 0; an empty array is an empty string; an empty object is nothing. A <c>:</c> inside a key separates levels too.</remarks>
internal sealed class HoconDocument
{
    readonly HoconResolver _resolver;
    readonly HashSet<HoconNode> _open = new(ReferenceEqualityComparer.Instance);

    HoconDocument(HoconNode root, Func<string, string?> environment)
    {
        var fields = root as HoconObject ?? throw new HoconException(root.Origin, "a configuration must be an object, not an array.");
        _resolver = new HoconResolver(fields, environment);
        Add("", fields);
    }

    public Dictionary<string, string?> Settings { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where every key, groups included, was written.</summary>
    public Dictionary<string, ConfigurationOrigin> Origins { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static HoconDocument OfFile(string file, Func<string, string?>? environment = null) =>
        new(new HoconIncludes().ReadFile(file), environment ?? Environment.GetEnvironmentVariable);

    public static HoconDocument OfText(string text, string name = "text", Func<string, string?>? environment = null) =>
        new(new HoconIncludes().ReadText(text, name), environment ?? Environment.GetEnvironmentVariable);

    void Add(string key, HoconNode value)
    {
        if (Origins.Count >= HoconLimits.Settings)
            throw new HoconException(value.Origin, $"the document has more than {HoconLimits.Settings} settings.");
        if (key.Length > 0)
            Origins[key] = value.Origin;
        if (value is HoconScalar scalar)
        {
            Settings[key] = scalar.Text;
            return;
        }
        _open.Add(value);
        if (_open.Count > 2 * HoconLimits.Depth)
            throw new HoconException(value.Origin, "the substitutions of this document nest too deeply.");
        if (value is HoconObject fields)
            AddFields(key, fields);
        else
            AddElements(key, (HoconArray)value);
        _open.Remove(value);
    }

    void AddFields(string key, HoconObject value)
    {
        var names = new Dictionary<string, ConfigurationOrigin>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, cell) in value.Fields)
        {
            if (Resolve(cell) is not { } field)
                continue;
            if (!names.TryAdd(name, cell.Origin))
                throw new HoconException(cell.Origin, $"the key {name} differs only in case from the one at {names[name]}; settings are not case-sensitive.");
            Add(key.Length == 0 ? name : $"{key}:{name}", field);
        }
    }

    void AddElements(string key, HoconArray value)
    {
        var index = 0;
        foreach (var cell in value.Elements)
        {
            if (Resolve(cell) is { } element)
                Add(string.Create(CultureInfo.InvariantCulture, $"{key}:{index++}"), element);
        }
        if (index == 0)
            Settings[key] = "";
    }

    /// <summary>The value of a member; nothing if it optionally refers to the very value it is a member of.</summary>
    HoconNode? Resolve(HoconCell cell)
    {
        var value = _resolver.Resolve(cell);
        if (value is null || !_open.Contains(value))
            return value;
        return cell.Layers[cell.Top] is HoconSubstitution { Optional: true }
            ? null
            : throw new HoconException(cell.Layers[cell.Top].Origin, "this refers to a value that contains it.");
    }
}
