namespace LogosActors.Actors.Tests;

public sealed class ActorNameTests
{
    [Theory]
    [InlineData("/lobby/1/chat room/proto")]
    [InlineData("$generated")]
    [InlineData("100 % ä €")]
    public void Any_text_becomes_a_name_that_tells_it_apart(string text)
    {
        var name = ActorName.Escape(text);
        ActorName.Validate(name);
        Assert.Equal(text, Uri.UnescapeDataString(name));
    }

    [Fact]
    public void A_text_that_is_empty_or_too_long_is_no_name()
    {
        ActorName.Escape(new string('a', ActorName.MaxLength));
        Assert.Throws<InvalidActorNameException>(() => ActorName.Escape(""));
        Assert.Throws<InvalidActorNameException>(() => ActorName.Escape(new string('a', ActorName.MaxLength + 1)));
    }
}
