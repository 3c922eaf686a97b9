using LogosActors.Configuration;
using LogosActors.Configuration.Hocon;

namespace LogosActors.Configuration.Tests;

/// <summary>Reads a text and says what it means.</summary>
static class HoconText
{
    public static IReadOnlyDictionary<string, string?> Read(string text, params (string Name, string Value)[] environment) =>
        HoconDocument.OfText(text, "text", name => environment.FirstOrDefault(v => v.Name == name).Value).Settings;

    public static void Same(string left, string right) => Assert.Equal(Render(Read(right)), Render(Read(left)));

    public static void Means(string text, params (string Key, string? Value)[] settings) => Assert.Equal(
        Render(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))), Render(Read(text)));

    public static HoconException Fails(string text, int line, int column, string problem)
    {
        var error = Assert.Throws<HoconException>(() => Read(text));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Line, error.Column));
        return error;
    }

    public static string Render(IEnumerable<KeyValuePair<string, string?>> settings) => string.Join('\n',
        settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} = {(s.Value is null ? "null" : $"'{s.Value}'")}"));
}
