using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;

namespace LogosActors.Configuration.Tests;

/// <summary>Substitutions that refer to each other in every possible way end quickly and in little stack.</summary>
public sealed class HoconGraphTests
{
    static readonly Gen<string> Name = Gen.Elements("a", "b", "c", "a.x", "b.x", "c.y", "a.x.y", "b.y.x");

    static readonly Gen<string> Part = Gen.OneOf(
        Name.Select(name => $"${{?{name}}}"), Name.Select(name => $"${{?{name}}}"), Name.Select(name => $"${{{name}}}"),
        Name.Select(name => $"{{ x = ${{?{name}}}, y {{ x = ${{?{name}}} }} }}"), Gen.Elements("{ x = 1 }", "[1]", "s", "{ y += 2 }"));

    static readonly Gen<string> Field =
        from name in Name
        from separator in Gen.Frequency((4, Gen.Constant("=")), (1, Gen.Constant("+=")))
        from parts in Gen.OneOf(Part.ListOf(1), Part.ListOf(2), Part.ListOf(3))
        select $"{name} {separator} {string.Join(' ', parts)}\n";

    static bool Ends(string text)
    {
        try
        {
            HoconText.Read(text);
        }
        catch (HoconException)
        {
            // refused is fine too
        }
        return true;
    }

    [Fact]
    public void Random_graphs_of_substitutions_end() =>
        Prop.ForAll(Field.ListOf().Select(string.Concat).ToArbitrary(), Ends).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60));

    [Theory]
    [InlineData("{0} = ${{{1}}} {{ x = 1 }}\n")]
    [InlineData("{0} = ${{{1}}} ${{{1}}}\n")]
    [InlineData("{0} {{ x {{ y = ${{{1}.x.y}} }} }}\n")]
    [InlineData("{0} = [${{{1}}}]\n")]
    [InlineData("{0} {{ x = ${{{1}}} }}\n")]
    public void Long_chains_fit_into_a_small_stack(string link)
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => string.Format(null, link, $"k{i}", $"k{i + 1}"))) + "k5000 { x { y = 1 } }";
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => HoconText.Read(text)), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.IsType<HoconException>(failure);
    }
}
