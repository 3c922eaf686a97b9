namespace LogosActors.Configuration.Hocon;

/// <summary>A value as it was written. Scalars, objects and arrays are also what a resolved value looks like: their members stay lazy.</summary>
internal abstract class HoconNode(ConfigurationOrigin origin)
{
    public ConfigurationOrigin Origin { get; } = origin;

    /// <summary>Whether the value cannot be known without the value the same field had before.</summary>
    public virtual bool LooksBack => false;
}

/// <summary>A string, number, boolean or null; all but null are kept as they were written.</summary>
internal sealed class HoconScalar(ConfigurationOrigin origin, string? text, bool isBlank = false) : HoconNode(origin)
{
    public string? Text { get; } = text;

    /// <summary>Unquoted whitespace between two values: part of a string, nothing between objects or arrays.</summary>
    public bool IsBlank { get; } = isBlank;
}

internal sealed class HoconArray(ConfigurationOrigin origin, List<HoconCell> elements) : HoconNode(origin)
{
    public List<HoconCell> Elements { get; } = elements;
}

internal sealed class HoconObject(ConfigurationOrigin origin) : HoconNode(origin)
{
    public OrderedDictionary<string, HoconCell> Fields { get; } = new(StringComparer.Ordinal);

    public override bool LooksBack => true;

    /// <summary>The field of this name, which may be new and empty.</summary>
    public HoconCell Field(string name, ConfigurationOrigin assignedAt)
    {
        if (!Fields.TryGetValue(name, out var cell))
            Fields.Add(name, cell = new HoconCell(assignedAt));
        return cell;
    }
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed class HoconSubstitution(ConfigurationOrigin origin, string[]? path, string[][] roots) : HoconNode(origin)
{
    /// <summary>The path, or <see langword="null"/> for the earlier value of the field it stands in (<c>+=</c> inside an array).</summary>
    public string[]? Path { get; } = path;

    /// <summary>Where the path may begin, nearest first: the root of the included file, of the file that includes it, of the document.</summary>
    public string[][] Roots { get; } = roots;

    public bool Optional { get; init; }

    /// <summary>Whether an environment variable may stand in for a path that is not defined.</summary>
    public bool MayBeVariable { get; init; } = true;

    /// <summary>Whether the path is that of the field it stands in.</summary>
    public bool IsOwnField { get; init; }

    public override bool LooksBack => IsOwnField;

    public override string ToString() => $"${{{(Optional ? "?" : "")}{HoconPath.Render(Path ?? [])}}}";
}

/// <summary>Values side by side on one line.</summary>
internal sealed class HoconConcatenation(ConfigurationOrigin origin, List<HoconNode> parts) : HoconNode(origin)
{
    public List<HoconNode> Parts { get; } = parts;

    public override bool LooksBack { get; } = parts.Exists(part => part is HoconSubstitution { LooksBack: true });
}

/// <summary>A field or element: everything that was assigned to it, earliest first, and what that comes to.</summary>
internal sealed class HoconCell(ConfigurationOrigin origin) : HoconNode(origin)
{
    readonly List<HoconNode> _layers = [];

    public HoconCell(params ReadOnlySpan<HoconNode> layers) : this(layers[^1].Origin) => _layers.AddRange(layers);

    public IReadOnlyList<HoconNode> Layers => _layers;

    public int Top => _layers.Count - 1;

    /// <summary>The values found so far, by layer; a layer that comes to nothing is present and null.</summary>
    public Dictionary<int, HoconNode?> Values { get; } = [];

    /// <summary>The layer being resolved, or -1. A reference that comes back here sees only what lies below it.</summary>
    public int Active { get; set; } = -1;

    public void Assign(HoconNode value)
    {
        if (value is HoconScalar or HoconArray)
            _layers.Clear();            // hidden for good: never evaluated, never an error
        if (value is HoconObject added && _layers is [.., HoconObject last])
            Merge(last, added);
        else
            _layers.Add(value);
    }

    /// <summary>The object that a path through this field leads into.</summary>
    public HoconObject Descend(ConfigurationOrigin origin)
    {
        if (_layers is [.., HoconObject last])
            return last;
        var next = new HoconObject(origin);
        _layers.Add(next);
        return next;
    }

    public static void Merge(HoconObject target, HoconObject added)
    {
        foreach (var (name, cell) in added.Fields)
        {
            var field = target.Field(name, cell.Origin);
            foreach (var layer in cell.Layers)
                field.Assign(layer);
        }
    }
}
