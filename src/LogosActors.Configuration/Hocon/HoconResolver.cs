namespace LogosActors.Configuration.Hocon;

/// <summary>Finds what a value comes to: lazily, so that an object may refer to its own members, and each field once.</summary>
/// <remarks>
/// A reference sees the final value of its target; where that would be a cycle it sees what was assigned before
/// (HOCON, Self-Referential Substitutions). A field therefore is a stack of layers and knows which one is being resolved.
/// </remarks>
internal sealed class HoconResolver(HoconObject root, Func<string, string?> environment)
{
    int _waiting, _produced;

    /// <summary>The value of a field: a scalar, an object, an array, or <see langword="null"/> when the field does not exist after all.</summary>
    public HoconNode? Resolve(HoconCell cell) => Resolve(cell, cell.Top);

    HoconNode? Resolve(HoconCell cell, int layer)
    {
        if (layer < 0)
            return null;
        if (cell.Values.TryGetValue(layer, out var known))
            return known;
        if (++_waiting > HoconLimits.Substitutions)
            throw new HoconException(cell.Layers[layer].Origin, $"more than {HoconLimits.Substitutions} substitutions wait for one another.");

        var first = layer;              // a thousand += are a loop, not a recursion
        while (first > 0 && cell.Layers[first].LooksBack && !cell.Values.ContainsKey(first - 1))
            first--;
        HoconNode? value = null;
        for (var i = first; i <= layer; i++)
            cell.Values[i] = value = ResolveLayer(cell, i);
        _waiting--;
        return value;
    }

    HoconNode? ResolveLayer(HoconCell cell, int layer)
    {
        var outer = cell.Active;
        cell.Active = layer;
        var value = Resolve(cell.Layers[layer], cell, layer);
        cell.Active = outer;
        return value switch
        {
            null => Resolve(cell, layer - 1),
            HoconObject over when Resolve(cell, layer - 1) is HoconObject under => Merge(under, over),
            _ => value,
        };
    }

    HoconNode? Resolve(HoconNode node, HoconCell owner, int layer) => node switch
    {
        HoconCell cell => Resolve(cell),
        HoconSubstitution substitution => Resolve(substitution, owner, layer),
        HoconConcatenation concatenation => Concatenate(concatenation, owner, layer),
        _ => node,
    };

    HoconNode? Resolve(HoconSubstitution substitution, HoconCell owner, int layer)
    {
        if (substitution.Path is not { } path)
            return Resolve(owner, layer - 1);
        var foundItself = false;
        HoconNode? value = null;
        foreach (var start in substitution.Roots)
            value ??= Find([.. start, .. path], ref foundItself);
        if (value is HoconScalar scalar)
            return new HoconScalar(substitution.Origin, scalar.Text);
        if (value is not null)
            return value;
        if (substitution.MayBeVariable && environment(string.Join('.', path)) is { } variable)
            return new HoconScalar(substitution.Origin, variable);
        if (substitution.Optional)
            return null;
        throw new HoconException(substitution.Origin, foundItself
            ? $"{substitution} refers back to itself and has no earlier value to refer to."
            : $"{substitution} is defined neither in this document nor as an environment variable; write ${{?…}} if it may be missing.");
    }

    HoconNode? Find(string[] path, ref bool foundItself)
    {
        var parent = root;
        for (var i = 0; ; i++)
        {
            if (!parent.Fields.TryGetValue(path[i], out var cell))
                return null;
            foundItself |= cell.Active == 0;
            var value = cell.Active < 0 ? Resolve(cell) : Resolve(cell, cell.Active - 1);
            if (i == path.Length - 1)
                return value;
            if (value is not HoconObject next)
                return null;
            parent = next;
        }
    }

    HoconNode? Concatenate(HoconConcatenation concatenation, HoconCell owner, int layer)
    {
        var parts = new List<HoconNode>();
        foreach (var part in concatenation.Parts)
        {
            if (Resolve(part, owner, layer) is { } value)
                parts.Add(value);
        }
        var solid = parts.FindAll(part => part is not HoconScalar { IsBlank: true });
        if (solid.Count == 0)
            return null;
        if (solid.TrueForAll(part => part is HoconScalar))
            return Join(concatenation.Origin, parts);
        if (solid.TrueForAll(part => part is HoconObject))
            return solid.Cast<HoconObject>().Aggregate(Merge);
        if (solid.Exists(part => part is HoconArray))
            return Append(concatenation.Origin, solid);
        throw new HoconException(solid.Find(part => part is HoconScalar)!.Origin, "a string cannot be concatenated with an object.");
    }

    HoconScalar Join(ConfigurationOrigin origin, List<HoconNode> parts)
    {
        foreach (var part in parts)
            Produce(((HoconScalar)part).Text?.Length ?? 4, origin);
        return new HoconScalar(origin, string.Concat(parts.Select(part => ((HoconScalar)part).Text ?? "null")));
    }

    HoconArray Append(ConfigurationOrigin origin, List<HoconNode> parts)
    {
        var elements = new List<HoconCell>();
        foreach (var part in parts)
        {
            List<HoconCell> added = part switch
            {
                HoconArray array => array.Elements,
                HoconObject numbered when Numbered(numbered) is { Count: > 0 } cells => cells,
                _ => throw new HoconException(part.Origin, $"{(part is HoconObject ? "an object" : "a string")} cannot be concatenated with an array."),
            };
            Produce(added.Count, origin);
            elements.AddRange(added);
        }
        return new HoconArray(origin, elements);
    }

    /// <summary>The elements of an object whose keys are numbers (HOCON, Conversion of numerically-indexed objects to arrays).</summary>
    static List<HoconCell> Numbered(HoconObject value) =>
    [
        .. value.Fields
            .Select(field => (IsIndex: uint.TryParse(field.Key, out var index), Index: index, Cell: field.Value))
            .Where(field => field.IsIndex)
            .OrderBy(field => field.Index)
            .Select(field => field.Cell),
    ];

    HoconObject Merge(HoconObject under, HoconObject over)
    {
        Produce(under.Fields.Count + over.Fields.Count, over.Origin);
        var merged = new HoconObject(over.Origin);
        foreach (var (name, cell) in under.Fields)
            merged.Fields.Add(name, cell);
        foreach (var (name, cell) in over.Fields)
            merged.Fields[name] = merged.Fields.TryGetValue(name, out var hidden) ? new HoconCell(hidden, cell) : cell;
        return merged;
    }

    void Produce(int amount, ConfigurationOrigin origin)
    {
        _produced += amount;
        if (_produced > HoconLimits.Produced)
            throw new HoconException(origin, "the substitutions of this document multiply into too much data.");
    }
}
