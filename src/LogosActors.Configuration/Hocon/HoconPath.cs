namespace LogosActors.Configuration.Hocon;

/// <summary>Path expressions: <c>foo.bar."hello.world"</c>.</summary>
internal static class HoconPath
{
    public static string Render(IEnumerable<string> path) => string.Join('.', path.Select(Quote));

    static string Quote(string element) =>
        element.Length > 0 && element.All(c => char.IsLetterOrDigit(c) || c is '-' or '_') ? element : $"\"{element}\"";
}
