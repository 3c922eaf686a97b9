using System.Text;

namespace LogosActors.Configuration.Hocon;

/// <summary>Reads files, and the files they include. One instance reads one document.</summary>
/// <remarks>
/// A relative name is looked up beside the including file, never in the working directory. A name without
/// extension stands for <c>.json</c> and <c>.conf</c>, merged in this order. Only files can be included.
/// </remarks>
internal sealed class HoconIncludes
{
    readonly Stack<string> _open = new();
    int _included;

    public HoconNode ReadFile(string file)
    {
        if (!File.Exists(file))
            throw new HoconException(new ConfigurationOrigin(file), "there is no such file.");
        return Parse(file, HoconScope.Document);
    }

    public HoconNode ReadText(string text, string name) => text.Length <= HoconLimits.FileSize
        ? new HoconParser(new HoconScanner(text, name), this).ParseDocument(HoconScope.Document)
        : throw TooLarge(name);

    /// <summary>Reads an include statement and merges what it names into <paramref name="owner"/>.</summary>
    public void Read(HoconScanner scanner, HoconObject owner, HoconScope scope)
    {
        var statement = scanner.Here;
        var (name, required) = ReadResource(scanner);
        var found = Candidates(name, scanner.File, statement);
        if (found.Length == 0 && required)
            throw new HoconException(statement, $"the required file \"{name}\" does not exist.");
        foreach (var file in found)
        {
            if (++_included > HoconLimits.Includes)
                throw new HoconException(statement, $"more than {HoconLimits.Includes} files are included.");
            if (_open.Contains(Path.GetFullPath(file)))
                throw new HoconException(statement, $"\"{name}\" includes itself, directly or through other files.");
            var root = Parse(file, scope.Include(scanner));
            HoconCell.Merge(owner, root as HoconObject ?? throw new HoconException(root.Origin, "an included file must contain an object, not an array."));
        }
    }

    static (string Name, bool Required) ReadResource(HoconScanner scanner)
    {
        scanner.Advance("include".Length);
        scanner.SkipBlank();
        if (!TryOpen(scanner, "required"))
            return (ReadName(scanner), false);
        var name = ReadName(scanner);
        Close(scanner);
        return (name, true);
    }

    static string ReadName(HoconScanner scanner)
    {
        foreach (var unsupported in (ReadOnlySpan<string>)["url", "classpath"])
        {
            if (scanner.Starts(unsupported + "("))
                throw scanner.Error($"{unsupported}(…) cannot be included; only files can: include \"name.conf\".");
        }
        var inParentheses = TryOpen(scanner, "file");
        if (!scanner.Is('"'))
            throw scanner.Error($"include needs a file name in quotes, file(\"…\") or required(…), found {scanner.Found()}.");
        var start = scanner.Here;
        var name = scanner.TakeQuoted();
        if (name.Contains("://", StringComparison.Ordinal))
            throw new HoconException(start, $"the URL \"{name}\" cannot be included; only files can.");
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            throw new HoconException(start, "this is not a file name.");
        if (inParentheses)
            Close(scanner);
        return name;
    }

    static bool TryOpen(HoconScanner scanner, string function)
    {
        if (!scanner.TryTake(function + "("))
            return false;
        scanner.SkipBlank();
        return true;
    }

    static void Close(HoconScanner scanner)
    {
        scanner.SkipBlank();
        if (!scanner.TryTake(")"))
            throw scanner.Error($"expected ')' after the name of the included file, found {scanner.Found()}.");
    }

    string[] Candidates(string name, string includingFile, ConfigurationOrigin statement)
    {
        if (!Path.IsPathRooted(name) && _open.Count == 0)
            throw new HoconException(statement, $"\"{name}\" is relative, but this text is not a file it could be relative to; give an absolute path.");
        var path = Path.Combine(Path.GetDirectoryName(includingFile) ?? "", name);
        string[] candidates = Path.HasExtension(path) ? [path] : [path, path + ".json", path + ".conf"];
        return [.. candidates.Where(File.Exists)];
    }

    HoconNode Parse(string file, HoconScope scope)
    {
        _open.Push(Path.GetFullPath(file));
        var root = new HoconParser(new HoconScanner(Load(file), file), this).ParseDocument(scope);
        _open.Pop();
        return root;
    }

    static string Load(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[HoconLimits.FileSize + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= HoconLimits.FileSize ? Decode(bytes.AsSpan(0, length), file) : throw TooLarge(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(new ConfigurationOrigin(file), $"the file cannot be read: {e.Message}", e);
        }
    }

    static string Decode(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var valid = bytes[..Math.Clamp(e.Index, 0, bytes.Length)];
            var lineStart = valid.LastIndexOf((byte)'\n') + 1;
            var origin = new ConfigurationOrigin(file, valid.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(valid[lineStart..]) + 1);
            throw new HoconException(origin, "the file is not valid UTF-8.", e);
        }
    }

    static HoconException TooLarge(string name) =>
        new(new ConfigurationOrigin(name), $"the document is larger than {HoconLimits.FileSize / 1024} KiB.");
}
