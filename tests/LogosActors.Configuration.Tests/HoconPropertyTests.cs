using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;

namespace LogosActors.Configuration.Tests;

/// <summary>Whatever the text, the reader ends, with settings or with a <see cref="HoconException"/>.</summary>
public sealed class HoconPropertyTests
{
    const string Sample = """
        # sample
        actors { shutdown-timeout = 5 s, "quoted.key" : [1, 2,
          { a.b += ${?x} }, "\u0041\n"] } // end
        path = /bin
        path = ${path}":"${?HOME} [ ${actors} ]
        text = '''a "b" '''
        o = ${actors} { x = null } {y : true}
        include "other"
        """;

    static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2000);

    static readonly Gen<string> Tokens = Gen.Elements(
        "a", "b", ".", "=", ":", "+=", "{", "}", "[", "]", ",", "\n", " ", "\"", "\"\"\"", "${", "${?", "a.b", "${a}", "${?b}",
        "include ", "#", "//", "\\", "\\u00", "null", "1.5e+3", "\"x\"", "é", "\ud800", "\0", "a = ", "b { ", "a = ${b}\n", "b = ${a}\n", "a += 1\n");

    static bool ReadsOrRefuses(string text)
    {
        try
        {
            HoconText.Read(text);
        }
        catch (HoconException e)
        {
            return e.Line >= 1 && e.Column >= 1 && e.Message.StartsWith($"text:{e.Line}:{e.Column}: ", StringComparison.Ordinal);
        }
        return true;
    }

    [Fact]
    public void Random_characters_are_read_or_refused() => Prop.ForAll<string>(text => ReadsOrRefuses(text ?? "")).Check(Runs);

    [Fact]
    public void Random_tokens_are_read_or_refused() =>
        Prop.ForAll(Tokens.ListOf().Select(string.Concat).ToArbitrary(), ReadsOrRefuses).Check(Runs.WithEndSize(200));

    [Fact]
    public void Every_mutation_of_a_document_is_read_or_refused()
    {
        var sample = Sample.Replace("'''", "\"\"\"", StringComparison.Ordinal);
        var mutation =
            from start in Gen.Choose(0, sample.Length)
            from length in Gen.Choose(0, 5)
            from insert in Tokens
            select sample[..start] + insert + sample[Math.Min(sample.Length, start + length)..];
        Prop.ForAll(mutation.ToArbitrary(), ReadsOrRefuses).Check(Runs);
    }

    [Fact]
    public void Every_prefix_of_a_document_is_read_or_refused() =>
        Assert.All(Enumerable.Range(0, Sample.Length), length => Assert.True(ReadsOrRefuses(Sample[..length])));

    [Fact]
    public void A_rendered_tree_is_read_back() => Prop.ForAll(Gen.Sized(size => Tree(Math.Min(size, 4))).ToArbitrary(), tree =>
    {
        var expected = new Dictionary<string, string?>(StringComparer.Ordinal);
        tree.Flatten("", expected);
        return HoconText.Render(HoconText.Read(tree.Text)) == HoconText.Render(expected);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    sealed record Rendered(string Text, Action<string, Dictionary<string, string?>> Flatten)
    {
        public override string ToString() => Text;
    }

    static Gen<Rendered> Tree(int depth) =>
        from fields in Value(depth).ListOf(3)
        from style in Gen.Elements(" = ", " : ", "=\n", ":")
        from end in Gen.Elements(",", "\n", " # c\n", ",\n// c\n")
        from names in Gen.Elements("k", "\"k.x\"", "k -", "\"\\\"\"")
        select new Rendered(
            string.Concat(fields.Select((field, i) => $"{i}{names}{style}{field.Text}{end}")),
            (prefix, settings) =>
            {
                var name = names switch { "\"k.x\"" => "k.x", "\"\\\"\"" => "\"", _ => names };
                for (var i = 0; i < fields.Count; i++)
                    fields[i].Flatten(prefix.Length == 0 ? $"{i}{name}" : $"{prefix}:{i}{name}", settings);
            });

    static Gen<Rendered> Value(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Tree(depth - 1).Select(tree => tree with { Text = $"{{{tree.Text}}}" }),
        from elements in Value(depth - 1).ListOf(2)
        from separator in Gen.Elements(",", "\n", " , ")
        select new Rendered($"[{string.Join(separator, elements)}]", (prefix, settings) =>
        {
            for (var i = 0; i < elements.Count; i++)
                elements[i].Flatten($"{prefix}:{i}", settings);
        }));

    static Gen<Rendered> Leaf => Gen.OneOf(
        Gen.Elements("1", "-2.50", "true", "a b  c", "x/y", "5 s").Select(text => Scalar(text, text)),
        Gen.Constant(Scalar("null", null)),
        ArbMap.Default.GeneratorFor<string>().Select(text => Scalar(Quote(text ?? ""), text ?? "")));

    static Rendered Scalar(string text, string? value) => new(text, (prefix, settings) => settings[prefix] = value);

    static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c is '"' or '\\' or < ' ' ? $"\\u{(int)c:x4}" : c.ToString());
        return quoted.Append('"').ToString();
    }
}
