using static LogosActors.Configuration.Tests.HoconText;

namespace LogosActors.Configuration.Tests;

/// <summary>HOCON specification, from "Comments" to "Paths as keys", with its own examples.</summary>
public sealed class HoconSyntaxTests
{
    [Fact]
    public void Comments_begin_with_a_hash_or_two_slashes_and_end_with_the_line() =>
        Means("# one\na = 1 // two\nb = \"# // no\" # yes\n//", ("a", "1"), ("b", "# // no"));

    [Fact]
    public void Root_braces_may_be_omitted() => Same("{ a : 1 }", "a : 1");

    [Fact]
    public void An_empty_document_has_no_settings() => Means(" \n# nothing\n");

    [Fact]
    public void A_closing_brace_without_an_opening_one_is_invalid() => Fails("a : 1\n}", 2, 1, "closes nothing");

    [Fact]
    public void A_brace_that_is_never_closed_is_reported_where_it_opens() => Fails("a : 1\nb {\n c : 2", 2, 3, "never closed");

    [Fact]
    public void An_array_cannot_be_a_configuration() => Fails("[1, 2]", 1, 1, "must be an object");

    [Fact]
    public void Equals_may_replace_the_colon_and_neither_is_needed_before_a_brace()
    {
        Same("foo = 1", "foo : 1");
        Same("\"foo\" {}\na = 1", "\"foo\" : {}, a : 1");
    }

    [Fact]
    public void Json_may_put_a_new_line_on_either_side_of_the_separator() => Means("{\"a\"\n:\n1}", ("a", "1"));

    [Theory]
    [InlineData("[1,2,3,]")]
    [InlineData("[1\n2\n3]")]
    [InlineData("[1,\n2\n,3\n]")]
    public void Commas_may_be_new_lines_and_one_may_trail(string array) => Same($"a = {array}", "a = [1,2,3]");

    [Theory]
    [InlineData("a = [1,2,3,,]", 12)]
    [InlineData("a = [,1,2,3]", 6)]
    [InlineData("a = [1,,2,3]", 8)]
    [InlineData("{a:1,,b:2}", 6)]
    [InlineData("{,a:1}", 2)]
    public void A_comma_that_separates_nothing_is_invalid(string text, int column) => Fails(text, 1, column, "");

    [Fact]
    public void Fields_on_one_line_need_a_comma() => Fails("{ a : {} b : 1 }", 1, 12, "':' may not stand");

    [Theory]
    [InlineData('\u00a0')]
    [InlineData('\u2007')]
    [InlineData('\u202f')]
    [InlineData('\ufeff')]
    [InlineData('\u2028')]
    [InlineData('\u001c')]
    [InlineData('\v')]
    [InlineData('\r')]
    public void Every_Unicode_separator_is_whitespace(char space) => Means($"{space}a{space}={space}1{space}", ("a", "1"));

    [Fact]
    public void A_duplicate_key_merges_objects() =>
        Same("{ \"foo\" : { \"a\" : 42 }, \"foo\" : { \"b\" : 43 } }", "{ \"foo\" : { \"a\" : 42, \"b\" : 43 } }");

    [Fact]
    public void A_null_between_two_objects_prevents_the_merge() => Same(
        "{ \"foo\" : { \"a\" : 42 }, \"foo\" : null, \"foo\" : { \"b\" : 43 } }", "{ \"foo\" : { \"b\" : 43 } }");

    [Fact]
    public void The_last_of_two_values_wins() => Means("a = 1\na = [2]\na = 3", ("a", "3"));

    [Theory]
    [InlineData("truefoo")]
    [InlineData("footrue")]
    [InlineData("10.0bar")]
    [InlineData("bar10.0")]
    [InlineData("1e+5")]
    [InlineData("-x/y")]
    [InlineData("1.2.3.4")]
    [InlineData("NaN")]
    public void Unquoted_text_is_kept_as_it_was_written(string text) => Means($"a = {text}", ("a", text));

    [Theory]
    [InlineData('+')]
    [InlineData('`')]
    [InlineData('^')]
    [InlineData('?')]
    [InlineData('!')]
    [InlineData('@')]
    [InlineData('*')]
    [InlineData('&')]
    [InlineData('\\')]
    [InlineData('$')]
    public void A_reserved_character_needs_quotes(char c) => Fails($"a = x{c}y", 1, 6, "quotes");

    [Fact]
    public void Quoted_strings_have_the_escapes_of_Json() =>
        Means("""a = "\"\\\/\b\f\n\r\t\u00e9" """, ("a", "\"\\/\b\f\n\r\té"));

    [Theory]
    [InlineData("a = \"x", 5, "never closed")]
    [InlineData("a = \"x\ny\"", 5, "never closed")]
    [InlineData("a = \"x\ty\"", 7, "U+0009")]
    [InlineData("a = \"\\q\"", 7, "escape")]
    [InlineData("a = \"\\u12g4\"", 7, "escape")]
    [InlineData("a = \"\"\"x", 5, "never closed")]
    public void A_string_that_is_not_one_is_reported(string text, int column, string problem) => Fails(text, 1, column, problem);

    [Fact]
    public void A_multi_line_string_is_taken_literally() =>
        Means("a = \"\"\"x\n \\u0041 ${b} \"q\" # \"\"\"\nb = 1", ("a", "x\n \\u0041 ${b} \"q\" # "), ("b", "1"));

    [Fact]
    public void Extra_quotes_belong_to_the_multi_line_string() => Means("a = \"\"\"foo\"\"\"\"", ("a", "foo\""));

    [Fact]
    public void Simple_values_on_a_line_are_one_string_with_the_inner_whitespace()
    {
        Means("a :  foo bar  baz  ", ("a", "foo bar  baz"));
        Same("a : foo bar", "a : \"foo bar\"");
        Means("a = true foo null 1e5 \"q\"r", ("a", "true foo null 1e5 qr"));
    }

    [Fact]
    public void A_lone_null_is_null() => Means("a = null\nb = \"null\"", ("a", null), ("b", "null"));

    [Theory]
    [InlineData("a : { b : 1 } { c : 2 }")]
    [InlineData("a : { b : 1 }\na : { c : 2 }")]
    public void Objects_side_by_side_are_merged(string text) => Same(text, "a : { b : 1, c : 2 }");

    [Theory]
    [InlineData("a : [ 1, 2 ] [ 3, 4 ]")]
    [InlineData("a : [ 1, 2 ]\na : ${a} [ 3, 4 ]")]
    public void Arrays_side_by_side_are_concatenated(string text) => Same(text, "a : [ 1, 2, 3, 4 ]");

    [Fact]
    public void An_object_inherits_from_a_substituted_one() => Same(
        "data-center-generic = { cluster-size = 6 }\ndata-center-east = ${data-center-generic} { name = \"east\" }",
        "data-center-generic { cluster-size = 6 }, data-center-east { cluster-size = 6, name = east }");

    [Fact]
    public void A_path_grows_by_concatenation() =>
        Means("path = [ /bin ]\npath = ${path} [ /usr/bin ]", ("path:0", "/bin"), ("path:1", "/usr/bin"));

    [Theory]
    [InlineData("a = [1] {b : 2}", 9)]
    [InlineData("a = [1] x", 9)]
    [InlineData("a = {b : 1} x", 13)]
    [InlineData("x = {b : 1}\na = ${x}\" \"${x}", 9)]
    public void Mixed_kinds_cannot_be_concatenated(string text, int column) =>
        Fails(text, text.Count(c => c == '\n') + 1, column, "concatenated");

    [Fact]
    public void Whitespace_in_an_array_concatenates_and_a_new_line_separates()
    {
        Means("a = [ 1 2 3 4 ]", ("a:0", "1 2 3 4"));
        Same("a = [ 1\n 2\n 3\n 4 ]", "a = [1, 2, 3, 4]");
        Same("a = [ [ 1, 2 ] [ 3, 4 ] ]", "a = [[1, 2, 3, 4]]");
        Means("a = [ [ 1, 2 ]\n [ 3, 4 ] ]", ("a:0:0", "1"), ("a:0:1", "2"), ("a:1:0", "3"), ("a:1:1", "4"));
    }

    [Fact]
    public void Substitutions_in_arrays_follow_the_same_rules() => Means(
        "name = n, world = w, a = [1], b = [2], x = p, y = q\nr = [ my name is ${name}, Hello ${world} ]\ns = [ ${a} ${b}, ${x} ${y} ]",
        ("name", "n"), ("world", "w"), ("a:0", "1"), ("b:0", "2"), ("x", "p"), ("y", "q"),
        ("r:0", "my name is n"), ("r:1", "Hello w"), ("s:0:0", "1"), ("s:0:1", "2"), ("s:1", "p q"));

    [Theory]
    [InlineData("foo.bar.\"hello.world\" = 1", "foo:bar:hello.world")]
    [InlineData("10.0foo = 1", "10:0foo")]
    [InlineData("foo10.0 = 1", "foo10:0")]
    [InlineData("foo\"10.0\" = 1", "foo10.0")]
    [InlineData("1.2.3 = 1", "1:2:3")]
    [InlineData("a.\"\".b = 1", "a::b")]
    [InlineData("a b c : 1", "a b c")]
    [InlineData("true : 1", "true")]
    [InlineData("3 : 1", "3")]
    [InlineData("3.14 : 1", "3:14")]
    [InlineData("foo include : 1", "foo include")]
    [InlineData("\"include\" : 1", "include")]
    public void A_key_is_a_path_expression(string text, string key) => Means(text, (key, "1"));

    [Fact]
    public void A_path_as_key_opens_objects()
    {
        Same("foo.bar : 42", "foo { bar : 42 }");
        Same("foo.bar.baz : 42", "foo { bar { baz : 42 } }");
        Same("a.x : 42, a.y : 43", "a { x : 42, y : 43 }");
    }

    [Theory]
    [InlineData("a..b = 1", 3)]
    [InlineData(".a = 1", 1)]
    [InlineData("a. = 1", 4)]
    [InlineData("a = ${b..c}", 9)]
    [InlineData("a = ${}", 7)]
    [InlineData("a = ${ ?b}", 8)]
    [InlineData("a = ${b", 8)]
    [InlineData("${a} = 1", 1)]
    [InlineData("a = ${b${c}}", 8)]
    public void A_malformed_path_is_reported(string text, int column) => Fails(text, 1, column, "");

    [Fact]
    public void An_unquoted_include_as_a_value_is_a_string() => Means("foo : include\nbar : [ include ]", ("foo", "include"), ("bar:0", "include"));

    [Fact]
    public void A_missing_value_is_reported() => Fails("{ a = }", 1, 7, "expected a value");

    [Fact]
    public void A_key_without_a_value_names_what_is_expected() => Fails("a = 1\nfoo.bar", 2, 8, "after the key foo.bar");

    [Fact]
    public void Keys_that_differ_only_in_case_would_overwrite_each_other() => Fails("a = 1\nA = 2", 2, 1, "differs only in case");

    [Fact]
    public void An_empty_array_is_an_empty_value() => Means("a = []", ("a", ""));

    [Fact]
    public void Values_may_not_nest_without_end()
    {
        Fails("a = " + new string('[', 100_000), 1, 69, "deeper than 64");
        Fails(string.Concat(Enumerable.Repeat("a{", 100_000)), 1, 130, "deeper than 64");
        Fails(string.Join('.', Enumerable.Repeat("a", 100_000)), 1, 199_999 + 1, "deeper than 64");
    }
}
