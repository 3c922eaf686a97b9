using LogosActors.Configuration;
using LogosActors.Configuration.Hocon;
using LogosActors.Tests;

namespace LogosActors.Configuration.Tests;

/// <summary>HOCON specification, "Includes", with its own examples.</summary>
public sealed class HoconIncludeTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Dictionary<string, string?> Root(string text) => HoconDocument.OfFile(_folder.With("root.conf", text)["root.conf"], _ => null).Settings;

    void Means(string text, params (string Key, string? Value)[] settings) => Assert.Equal(
        HoconText.Render(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))), HoconText.Render(Root(text)));

    HoconException Fails(string text, string problem)
    {
        var error = Assert.Throws<HoconException>(() => Root(text));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        return error;
    }

    [Theory]
    [InlineData("include \"foo.conf\"")]
    [InlineData("include \"foo\"")]
    [InlineData("include\n  \"foo\"")]
    [InlineData("include file(\"foo.conf\")")]
    [InlineData("include file( \"foo.conf\" )")]
    [InlineData("include required(\"foo.conf\")")]
    [InlineData("include required( file(\"foo.conf\") )")]
    public void An_include_stands_for_the_fields_of_the_file(string statement)
    {
        _folder.With("foo.conf", "x = 1");
        Means($"{statement}\ny = 2", ("x", "1"), ("y", "2"));
    }

    [Fact]
    public void Included_fields_override_earlier_ones_and_yield_to_later_ones()
    {
        _folder.With("foo.conf", "a = 2, o { x = 2, y = 2 }, b = 2");
        Means("a = 1, o { y = 1, z = 1 }\ninclude \"foo\"\nb = 3", ("a", "2"), ("b", "3"), ("o:x", "2"), ("o:y", "2"), ("o:z", "1"));
    }

    [Fact]
    public void Substitutions_of_an_included_file_begin_where_it_is_included()
    {
        _folder.With("foo.conf", "{ x : 10, y : ${x} }");
        Means("{ a : { include \"foo.conf\" } }", ("a:x", "10"), ("a:y", "10"));
        Means("{ a : { include \"foo.conf\" }\n a : { x : 42 } }", ("a:x", "42"), ("a:y", "42"));
    }

    [Fact]
    public void Substitutions_of_an_included_file_may_also_mean_the_root()
    {
        _folder.With("foo.conf", "y = ${x}");
        Means("x = 1, a.b { include \"foo\" }", ("x", "1"), ("a:b:y", "1"));
    }

    [Fact]
    public void Appending_in_an_included_file_appends_to_its_own_field()
    {
        _folder.With("foo.conf", "x += 2");
        Means("x = [0], a { x = [1], include \"foo\" }", ("x:0", "0"), ("a:x:0", "1"), ("a:x:1", "2"));
    }

    [Fact]
    public void A_name_is_relative_to_the_including_file()
    {
        _folder.With("sub/one.conf", "include \"two\"").With("sub/two.conf", "x = 1");
        Means("include \"sub/one\"", ("x", "1"));
    }

    [Fact]
    public void A_name_without_extension_means_json_then_conf()
    {
        _folder.With("foo.json", "{\"x\": 1, \"y\": 1}").With("foo.conf", "y = 2");
        Means("include \"foo\"", ("x", "1"), ("y", "2"));
    }

    [Fact]
    public void A_missing_file_is_ignored_unless_it_is_required()
    {
        Means("include \"none\"\nx = 1", ("x", "1"));
        var error = Fails("x = 1\ninclude required(\"none\")", "\"none\" does not exist");
        Assert.Equal((_folder["root.conf"], 2, 1), (error.File, error.Line, error.Column));
    }

    [Fact]
    public void An_included_file_may_not_be_an_array()
    {
        _folder.With("foo.conf", "[1]");
        Assert.Equal(_folder["foo.conf"], Fails("include \"foo\"", "must contain an object").File);
    }

    [Theory]
    [InlineData("include url(\"http://localhost/foo.conf\")", "only files can")]
    [InlineData("include \"http://localhost/foo.conf\"", "only files can")]
    [InlineData("include required(classpath(\"foo.conf\"))", "only files can")]
    [InlineData("include foo.conf", "file name in quotes")]
    [InlineData("include = 1", "file name in quotes")]
    [InlineData("include ${x}", "file name in quotes")]
    [InlineData("include file(\"foo\"", "expected ')'")]
    [InlineData("include \"foo\" \"bar\"", "expected a comma")]
    public void Anything_else_after_include_is_an_error(string text, string problem) => Fails(text, problem);

    [Fact]
    public void A_file_that_includes_itself_is_an_error()
    {
        _folder.With("a.conf", "b { include \"b\" }").With("b.conf", "include \"a\"");
        Assert.Equal(_folder["b.conf"], Fails("include \"a\"", "includes itself").File);
    }

    [Fact]
    public void Includes_that_multiply_are_stopped()
    {
        for (var i = 0; i < 6; i++)
            _folder.With($"f{i}.conf", string.Concat(Enumerable.Repeat($"include \"f{i + 1}\"\n", 10)));
        _folder.With("f6.conf", "x = 1");
        Fails("include \"f0\"", "more than 256 files");
    }

    [Fact]
    public void A_text_has_no_folder_to_include_from() =>
        HoconText.Fails("include \"foo\"", 1, 1, "absolute path");

    [Fact]
    public void A_text_includes_by_absolute_path()
    {
        _folder.With("foo.conf", "x = 1");
        HoconText.Means($"include \"{_folder["foo.conf"]}\"", ("x", "1"));
    }

    [Fact]
    public void A_file_beyond_the_size_limit_is_not_read() => Fails("x = " + new string('x', HoconLimits.FileSize), "larger than 1024 KiB");

    [Fact]
    public void A_file_that_is_not_UTF_8_is_reported_where_it_goes_wrong()
    {
        File.WriteAllBytes(_folder["bad.conf"], [.. "a = 1\nb = é"u8, 0xff, .. "\n"u8]);
        var error = Assert.Throws<HoconException>(() => HoconDocument.OfFile(_folder["bad.conf"]));
        Assert.Equal((2, 6), (error.Line, error.Column));
    }
}
