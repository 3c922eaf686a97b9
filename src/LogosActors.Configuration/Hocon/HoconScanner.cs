using System.Globalization;
using System.Text;

namespace LogosActors.Configuration.Hocon;

/// <summary>A position in a text and the smallest pieces that can be read from it: whitespace, comments, strings, plain words.</summary>
internal sealed class HoconScanner(string text, string file)
{
    const char End = '\0';
    int _position, _line = 1, _lineStart;

    public string File => file;

    public bool AtEnd => _position >= text.Length;

    public ConfigurationOrigin Here => new(file, _line, _position - _lineStart + 1);

    /// <summary>The character <paramref name="ahead"/> of the position; NUL beyond the end.</summary>
    public char Peek(int ahead = 0) => _position + ahead < text.Length ? text[_position + ahead] : End;

    public bool Is(char c) => !AtEnd && text[_position] == c;

    public bool Starts(string expected) => text.AsSpan(_position).StartsWith(expected, StringComparison.Ordinal);

    public void Advance(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            if (text[_position++] != '\n')
                continue;
            _line++;
            _lineStart = _position;
        }
    }

    public bool TryTake(string expected)
    {
        if (!Starts(expected))
            return false;
        Advance(expected.Length);
        return true;
    }

    public HoconException Error(string problem) => new(Here, problem);

    /// <summary>What stands here, for an error message.</summary>
    public string Found() => Peek() switch
    {
        _ when AtEnd => "the end of the file",
        '\n' => "the end of the line",
        var c when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)c:X4}"),
        var c => $"'{c}'",
    };

    /// <summary>Skips whitespace, newlines and comments.</summary>
    /// <returns>Whether a newline was among them.</returns>
    public bool SkipBlank()
    {
        var line = _line;
        while (true)
        {
            if (AtComment)
                SkipComment();
            else if (!AtEnd && IsWhitespace(Peek()))
                Advance();
            else
                return _line != line;
        }
    }

    /// <summary>Reads whitespace up to, not including, a newline.</summary>
    public string TakeSpaces()
    {
        var start = _position;
        while (!AtEnd && Peek() != '\n' && IsWhitespace(Peek()))
            Advance();
        return text[start.._position];
    }

    public bool AtComment => Is('#') || (Is('/') && Peek(1) == '/');

    void SkipComment()
    {
        while (!AtEnd && Peek() != '\n')
            Advance();
    }

    /// <summary>Reads characters that may stand in an unquoted string; possibly none.</summary>
    public string TakeUnquoted()
    {
        var start = _position;
        while (AtUnquoted)
            Advance();
        return text[start.._position];
    }

    public bool AtUnquoted => !AtEnd && !AtComment && (IsUnquoted(Peek()) || AtExponentSign);

    /// <summary>The plus of <c>1e+5</c>: a character of a JSON number that an unquoted string may not contain.</summary>
    bool AtExponentSign =>
        Is('+') && char.IsAsciiDigit(Peek(1)) && _position > 1 && text[_position - 1] is 'e' or 'E'
        && _position > 1 && char.IsAsciiDigit(text[_position - 2]);

    public static bool IsUnquoted(char c) => !"$\"{}[]:=,+#`^?!@*&\\".Contains(c, StringComparison.Ordinal) && !IsWhitespace(c);

    public static bool IsWhitespace(char c) =>
        c is (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f') or '\ufeff'
        || char.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Reads a string in quotes or in triple quotes.</summary>
    public string TakeQuoted() => Starts("\"\"\"") ? TakeMultiLine() : TakeJsonString();

    string TakeMultiLine()
    {
        var start = Here;
        Advance(3);
        var close = text.IndexOf("\"\"\"", _position, StringComparison.Ordinal);
        if (close < 0)
            throw new HoconException(start, "this multi-line string is never closed; end it with \"\"\".");
        var end = close + 3;
        while (end < text.Length && text[end] == '"')
            end++;                      // extra quotes belong to the string (HOCON, Multi-line strings)
        var content = text[_position..(end - 3)];
        Advance(end - _position);
        return content;
    }

    string TakeJsonString()
    {
        var start = Here;
        var content = new StringBuilder();
        Advance();
        while (!Is('"'))
        {
            if (AtEnd || Is('\n'))
                throw new HoconException(start, "this string is never closed; end it with a quote, or use \"\"\" for several lines.");
            if (char.IsControl(Peek()) && Peek() < ' ')
                throw Error($"{Found()} may not stand in a quoted string; write it as an escape such as \\t.");
            content.Append(Is('\\') ? TakeEscape() : Peek());
            Advance();
        }
        Advance();
        return content.ToString();
    }

    /// <summary>Reads an escape up to, not including, its last character.</summary>
    char TakeEscape()
    {
        Advance();
        switch (Peek())
        {
            case '"' or '\\' or '/': return Peek();
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _position + 4 < text.Length && ushort.TryParse(
                text.AsSpan(_position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                Advance(4);
                return (char)code;
            default:
                throw Error("this is not an escape; accepted are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits.");
        }
    }
}
