using LogosActors.Configuration;
using static LogosActors.Configuration.Tests.HoconText;

namespace LogosActors.Configuration.Tests;

/// <summary>HOCON specification, "Substitutions" and "Self-Referential Substitutions", with its own examples.</summary>
public sealed class HoconSubstitutionTests
{
    [Theory]
    [InlineData("${animal.favorite} is my favorite animal")]
    [InlineData("${animal.favorite}\" is my favorite animal\"")]
    public void A_substitution_is_part_of_a_string(string value) =>
        Assert.Equal("cat is my favorite animal", Read($"animal.favorite = cat\nkey : {value}")["key"]);

    [Fact]
    public void A_quoted_substitution_is_text() => Means("a = \"${b}\"", ("a", "${b}"));

    [Fact]
    public void A_substitution_sees_the_last_value_of_the_whole_document() => Means("a = ${b}\nb = 1\nb = 2", ("a", "2"), ("b", "2"));

    [Fact]
    public void A_substitution_keeps_the_kind_of_its_value() => Same("a = ${b}, b = {x = [1, null]}", "a {x = [1, null]}, b {x = [1, null]}");

    [Fact]
    public void An_undefined_substitution_is_an_error() => Fails("a = 1\nb = ${no.such}", 2, 5, "${no.such} is defined neither");

    [Fact]
    public void An_undefined_optional_substitution_leaves_nothing()
    {
        Means("a = ${?b}");
        Means("a = 1\na = ${?b}", ("a", "1"));
        Means("a = [1, ${?b}, 2]", ("a:0", "1"), ("a:1", "2"));
        Means("a = x${?b}y", ("a", "xy"));
        Means("a = [1] ${?b}\nc = ${?b} { d = 1 }", ("a:0", "1"), ("c:d", "1"));
        Means("foo : ${?bar}${?baz}");
    }

    [Fact]
    public void A_field_may_be_built_on_its_earlier_value() => Means("path : \"a:b:c\"\npath : ${path}\":d\"", ("path", "a:b:c:d"));

    [Fact]
    public void A_self_reference_without_an_earlier_value_is_an_error() => Fails("foo : ${foo}", 1, 7, "refers back to itself");

    [Fact]
    public void A_self_reference_resolves_to_the_overridden_value() => Means("foo : { a : 1 }\nfoo : ${foo}", ("foo:a", "1"));

    [Fact]
    public void A_self_reference_before_the_first_value_is_an_error() => Fails("foo : ${foo}\nfoo : { a : 1 }", 1, 7, "refers back to itself");

    [Fact]
    public void An_optional_self_reference_disappears() => Means("foo : ${?foo}");

    [Fact]
    public void A_hidden_substitution_is_never_evaluated()
    {
        Means("foo : ${does-not-exist}\nfoo : 42", ("foo", "42"));
        Means("foo : ${foo}, foo : 42", ("foo", "42"));
    }

    [Fact]
    public void A_self_reference_may_be_part_of_a_path() =>
        Means("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", ("foo:a", "2"), ("foo:c", "1"));

    [Fact]
    public void An_object_may_refer_to_its_own_members()
    {
        Means("bar : { foo : 42, baz : ${bar.foo} }", ("bar:foo", "42"), ("bar:baz", "42"));
        Means("bar : { foo : 42, baz : ${bar.foo} }\nbar : { foo : 43 }", ("bar:foo", "43"), ("bar:baz", "43"));
    }

    [Fact]
    public void Objects_may_refer_to_each_other() => Means(
        "bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        ("bar:a", "4"), ("bar:b", "3"), ("foo:c", "3"), ("foo:d", "4"));

    [Fact]
    public void An_optional_self_reference_in_a_string_looks_back() => Means("a = ${?a}foo", ("a", "foo"));

    [Theory]
    [InlineData("bar : ${foo}\nfoo : ${bar}")]
    [InlineData("a : ${b}\nb : ${c}\nc : ${a}")]
    [InlineData("a : { b : ${a} }")]
    [InlineData("a : [${a}]")]
    [InlineData("a : { b : ${a} {c : 1} }")]
    [InlineData("a : { b : ${c} }\nc : { d : ${a} }")]
    public void A_cycle_is_an_error(string text) => Assert.Contains("refers", Assert.Throws<HoconException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_optional_cycle_is_a_missing_value() => Means("a : { b : ${?a}, c : 1 }\nd : [${?d}, 2]", ("a:c", "1"), ("d:0", "2"));

    [Fact]
    public void Fields_that_swap_values_end_up_equal()
    {
        var settings = Read("a : 1\nb : 2\na : ${b}\nb : ${a}");
        Assert.Equal(settings["a"], settings["b"]);
    }

    [Fact]
    public void Plus_equals_appends_to_an_array_that_need_not_exist()
    {
        Same("a += b\na += c", "a = [b, c]");
        Same("a = [1]\na += {x = 2}", "a = [1, {x = 2}]");
        Same("x { a.b += 1, a.b += 2 }", "x.a.b = [1, 2]");
        Same("l = [ { a += 1, a += 2 } ]", "l = [ { a = [1, 2] } ]");
    }

    [Fact]
    public void Plus_equals_on_a_string_is_an_error() => Fails("a = 1\na += 2", 2, 1, "a string cannot be concatenated with an array");

    [Fact]
    public void Plus_equals_may_be_repeated_a_thousand_times() =>
        Assert.Equal(1000, Read(string.Concat(Enumerable.Range(0, 1000).Select(i => $"a += {i}\n"))).Count);

    [Fact]
    public void Layers_of_objects_and_substitutions_merge_in_order() => Means(
        "base { x = 1, y = 1 }\na { x = 0, z = 0 }\na = ${base}\na { y = 2 }",
        ("base:x", "1"), ("base:y", "1"), ("a:x", "1"), ("a:y", "2"), ("a:z", "0"));

    [Fact]
    public void An_environment_variable_stands_in_for_an_undefined_path()
    {
        Assert.Equal("/root/x", Read("a = ${HOME}/x", ("HOME", "/root"))["a"]);
        Assert.Equal("", Read("a = ${?EMPTY}", ("EMPTY", ""))["a"]);
        Assert.Equal("own", Read("a = ${HOME}, HOME = own", ("HOME", "/root"))["a"]);
    }

    [Fact]
    public void A_null_hides_the_environment_variable() => Assert.Null(Read("a = ${HOME}, HOME = null", ("HOME", "/root"))["a"]);

    [Fact]
    public void Plus_equals_never_looks_into_the_environment() => Assert.Single(Read("a += 1", ("a", "x")));

    [Fact]
    public void An_object_with_numbers_for_keys_is_concatenated_as_an_array() =>
        Means("foo { \"2\" : c, \"0\" : a, x : ignored }\nbar = ${foo} [d]",
            ("foo:2", "c"), ("foo:0", "a"), ("foo:x", "ignored"), ("bar:0", "a"), ("bar:1", "c"), ("bar:2", "d"));

    [Fact]
    public void A_chain_of_doublings_is_stopped()
    {
        var text = "a0 = [x, x]\ns0 = 0123456789\n" + string.Concat(
            Enumerable.Range(1, 60).Select(i => $"a{i} = ${{a{i - 1}}} ${{a{i - 1}}}\ns{i} = ${{s{i - 1}}}${{s{i - 1}}}\n"));
        Assert.Throws<HoconException>(() => Read(text));
        var objects = "o0 = {}\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"o{i} {{ l = ${{o{i - 1}}}, r = ${{o{i - 1}}} }}\n"));
        Assert.Throws<HoconException>(() => Read(objects));
    }

    [Fact]
    public void A_chain_of_substitutions_is_bounded()
    {
        static string Chain(int length) => "a0 = end\n" + string.Concat(Enumerable.Range(1, length).Reverse().Select(i => $"a{i} = ${{a{i - 1}}}\n"));
        Assert.Equal("end", Read(Chain(150))["a150"]);
        Assert.Contains("wait for one another", Assert.Throws<HoconException>(() => Read(Chain(20_000))).Message, StringComparison.Ordinal);
    }
}
