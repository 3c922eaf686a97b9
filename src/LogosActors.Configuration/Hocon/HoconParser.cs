using System.Text;

namespace LogosActors.Configuration.Hocon;

/// <summary>Reads one file into its tree. Substitutions stay unresolved; includes are read where they stand.</summary>
/// <remarks>Recursive descent; the recursion is bounded by <see cref="HoconLimits.Depth"/>. Linear in the length of the text.</remarks>
internal sealed class HoconParser(HoconScanner scanner, HoconIncludes includes)
{
    /// <summary>Reads the whole text: an object, with or without braces, or an array.</summary>
    public HoconNode ParseDocument(HoconScope scope)
    {
        scanner.SkipBlank();
        HoconNode root;
        if (scanner.Is('['))
        {
            root = ParseArray(scope);
        }
        else if (scanner.Is('{'))
        {
            root = ParseObject(scope);
        }
        else
        {
            var fields = new HoconObject(scanner.Here);
            ParseFields(fields, scope);
            root = fields;
        }
        scanner.SkipBlank();
        return scanner.AtEnd ? root : throw scanner.Error(
            scanner.Is('}') ? "this '}' closes nothing." : $"expected the end of the file, found {scanner.Found()}.");
    }

    HoconObject ParseObject(HoconScope scope)
    {
        var start = scanner.Here;
        var fields = new HoconObject(start);
        scanner.Advance();
        ParseFields(fields, scope);
        return scanner.TryTake("}") ? fields : throw new HoconException(start, "this '{' is never closed.");
    }

    void ParseFields(HoconObject owner, HoconScope scope)
    {
        scanner.SkipBlank();
        while (!scanner.AtEnd && !scanner.Is('}'))
        {
            if (AtInclude())
                includes.Read(scanner, owner, scope);
            else
                ParseField(owner, scope);
            SkipSeparator('}', "field");
        }
    }

    HoconArray ParseArray(HoconScope scope)
    {
        var start = scanner.Here;
        var elements = new List<HoconCell>();
        scanner.Advance();
        scanner.SkipBlank();
        while (!scanner.AtEnd && !scanner.Is(']'))
        {
            elements.Add(new HoconCell(ParseValue(scope.Element(scanner))));
            SkipSeparator(']', "element");
        }
        return scanner.TryTake("]") ? new HoconArray(start, elements) : throw new HoconException(start, "this '[' is never closed.");
    }

    void SkipSeparator(char close, string what)
    {
        var separated = scanner.SkipBlank();
        if (scanner.TryTake(","))
        {
            scanner.SkipBlank();
            if (scanner.Is(','))
                throw scanner.Error($"two commas in a row; write the missing {what} or remove one comma.");
            return;
        }
        if (!separated && !scanner.AtEnd && !scanner.Is(close))
            throw scanner.Error($"expected a comma, a new line or '{close}' after this {what}, found {scanner.Found()}.");
    }

    bool AtInclude()
    {
        const string keyword = "include";
        return scanner.Starts(keyword) && !HoconScanner.IsUnquoted(scanner.Peek(keyword.Length));
    }

    void ParseField(HoconObject owner, HoconScope scope)
    {
        var start = scanner.Here;
        var path = ParsePath("a key");
        var inner = scope.Field(path, scanner);
        var cell = owner.Field(path[0], start);
        foreach (var name in path.AsSpan(1))
            cell = cell.Descend(start).Field(name, start);

        scanner.SkipBlank();
        if (scanner.TryTake("+="))
            cell.Assign(ParseAppended(inner, start));
        else if (scanner.Is('{') || scanner.TryTake(":") || scanner.TryTake("="))
            cell.Assign(ParseValueAfterSeparator(inner));
        else
            throw scanner.Error($"expected '=', ':', '+=' or '{{' after the key {HoconPath.Render(path)}, found {scanner.Found()}.");
    }

    /// <summary><c>a += b</c> is <c>a = ${?a} [b]</c> (HOCON, The += field separator).</summary>
    HoconConcatenation ParseAppended(HoconScope scope, ConfigurationOrigin start)
    {
        scanner.SkipBlank();
        var origin = scanner.Here;
        var element = new HoconCell(ParseValue(scope.Element(scanner)));
        var earlier = new HoconSubstitution(start, scope.Path, [[]]) { Optional = true, MayBeVariable = false, IsOwnField = true };
        return new HoconConcatenation(origin, [earlier, new HoconArray(origin, [element])]);
    }

    HoconNode ParseValueAfterSeparator(HoconScope scope)
    {
        scanner.SkipBlank();
        return ParseValue(scope);
    }

    /// <summary>Reads values up to the end of the line, a comma or a closing bracket, and concatenates them.</summary>
    HoconNode ParseValue(HoconScope scope)
    {
        var start = scanner.Here;
        var parts = new List<HoconNode>();
        while (true)
        {
            var blank = scanner.Here;
            var spaces = scanner.TakeSpaces();
            if (AtEndOfValue())
                break;
            if (parts.Count > 0 && spaces.Length > 0)
                parts.Add(new HoconScalar(blank, spaces, isBlank: true));
            parts.Add(ParsePart(scope));
        }
        return parts switch
        {
            [] => throw scanner.Error($"expected a value, found {scanner.Found()}."),
            [var single] => single,
            _ when parts.TrueForAll(part => part is HoconScalar) =>
                new HoconScalar(start, string.Concat(parts.Select(part => ((HoconScalar)part).Text ?? "null"))),
            _ => new HoconConcatenation(start, parts),
        };
    }

    bool AtEndOfValue() => scanner.AtEnd || scanner.AtComment || scanner.Peek() is '\n' or ',' or '}' or ']';

    HoconNode ParsePart(HoconScope scope)
    {
        var start = scanner.Here;
        switch (scanner.Peek())
        {
            case '{': return ParseObject(scope);
            case '[': return ParseArray(scope);
            case '"': return new HoconScalar(start, scanner.TakeQuoted());
            case '$' when scanner.Peek(1) == '{': return ParseSubstitution(scope);
        }
        var word = scanner.TakeUnquoted();
        return word.Length > 0
            ? new HoconScalar(start, word is "null" ? null : word)
            : throw scanner.Error($"{scanner.Found()} may not stand in an unquoted string; put the string in quotes.");
    }

    HoconSubstitution ParseSubstitution(HoconScope scope)
    {
        var start = scanner.Here;
        scanner.Advance(2);
        var optional = scanner.TryTake("?");
        scanner.TakeSpaces();
        var path = ParsePath("a path");
        if (!scanner.TryTake("}"))
            throw scanner.Error($"expected '}}' at the end of the substitution, found {scanner.Found()}.");
        var own = scope.Path is { } field && scope.Roots[0].Concat(path).SequenceEqual(field, StringComparer.Ordinal);
        return new HoconSubstitution(start, path, scope.Roots) { Optional = optional, IsOwnField = own };
    }

    /// <summary>Reads a path expression: strings side by side, split at the dots outside quotes.</summary>
    string[] ParsePath(string what)
    {
        var path = new List<string>();
        var element = new StringBuilder();
        var spaces = "";
        var mayEnd = false;             // an element needs at least one character or a pair of quotes
        while (true)
        {
            if (scanner.Is('"'))
            {
                element.Append(spaces).Append(scanner.TakeQuoted());
                mayEnd = true;
            }
            else if (scanner.Is('.'))
            {
                EndElement();
                scanner.Advance();
                mayEnd = false;
            }
            else if (scanner.AtUnquoted)
            {
                element.Append(spaces);
                for (; scanner.AtUnquoted && !scanner.Is('.'); scanner.Advance())
                    element.Append(scanner.Peek());
                mayEnd = true;
            }
            else
            {
                EndElement();
                return [.. path];
            }
            spaces = scanner.TakeSpaces();
        }

        void EndElement()
        {
            if (!mayEnd)
                throw scanner.Error(path.Count == 0 && !scanner.Is('.')
                    ? $"expected {what}, found {scanner.Found()}."
                    : "a path may not begin or end with '.' nor contain '..'; write an empty element as \"\".");
            path.Add(element.ToString());
            element.Clear();
        }
    }
}
