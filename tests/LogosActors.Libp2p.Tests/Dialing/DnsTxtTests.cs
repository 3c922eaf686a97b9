using LogosActors.Libp2p.Dialing.Dns;
using LogosActors.Libp2p.Encoding;
using static LogosActors.Libp2p.Tests.Dialing.DnsServer;

namespace LogosActors.Libp2p.Tests.Dialing;

public sealed class DnsTxtTests
{
    static byte[] Question(string name = "a.example")
    {
        Assert.True(DnsTxt.TryWriteQuestion(name, 0x1234, UInt128.Zero, out var question));
        return question;
    }

    static DnsTxtAnswer Read(byte[] answer, byte[] question)
    {
        Assert.True(DnsTxt.TryReadAnswer(answer, question, out var read, out var error), $"{error}");
        return read;
    }

    static DecodeError Refused(byte[] answer, byte[] question)
    {
        Assert.False(DnsTxt.TryReadAnswer(answer, question, out _, out var error));
        return error;
    }

    [Fact]
    public void A_question_is_written_as_the_standard_has_it()
    {
        Assert.Equal("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "0161" + "076578616D706C65" + "00" + "0010" + "0001", Convert.ToHexString(Question()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData("a b")]
    [InlineData("bücher.example")]
    [InlineData("a123456789a123456789a123456789a123456789a123456789a123456789a123.example")]
    public void What_is_no_name_is_not_asked_for(string name) =>
        Assert.False(DnsTxt.TryWriteQuestion(name, 1, UInt128.Zero, out _));

    [Fact]
    public void The_longest_name_is_asked_for_and_no_longer_one()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('b', 61);

        Assert.Equal(DnsTxt.MaxQuestion, Question(name).Length);
        Assert.False(DnsTxt.TryWriteQuestion(name + "b", 1, UInt128.Zero, out _));
    }

    [Fact]
    public void Letters_change_case_and_nothing_else_does()
    {
        Assert.True(DnsTxt.TryWriteQuestion("_a1.Bc", 1, UInt128.MaxValue, out var question));

        Assert.Equal("_A1.bC", NameOf(question));
    }

    [Fact]
    public void Records_are_joined_from_their_strings_and_read_in_order()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},"));
        var answer = Read(Answer(Question(), Txt(text), Txt(""), new DnsRecord(1, [1, 2, 3, 4]), Txt("b")), Question());

        Assert.Equal([text, "", "b"], answer.Texts);
        Assert.Equal((0, false), (answer.Code, answer.IsTruncated));
    }

    [Fact]
    public void Records_of_the_alias_of_a_name_are_its_own_and_those_of_others_are_not()
    {
        var answer = Answer(
            Question(),
            new DnsRecord(16, [1, (byte)'x'], Name("b.example")),
            new DnsRecord(5, Name("B.example")),
            new DnsRecord(5, Name("c.example"), Name("b.EXAMPLE")),
            new DnsRecord(16, [1, (byte)'y'], Name("c.example")),
            Txt("z"));

        Assert.Equal(["y"], Read(answer, Question()).Texts);
    }

    [Fact]
    public void An_answer_that_says_that_there_is_no_such_name_or_more_is_told_as_such()
    {
        Assert.Equal(3, Read(Answer(Question(), code: 3), Question()).Code);
        Assert.True(Read(Answer(Question(), code: 0, isTruncated: true, Txt("a")), Question()).IsTruncated);
        // What was cut off within a record is truncated all the same.
        Assert.True(Read(Answer(Question(), code: 0, isTruncated: true, Txt("a"))[..^1], Question()).IsTruncated);
    }

    [Fact]
    public void An_answer_to_another_question_is_none()
    {
        var answer = Answer(Question(), Txt("a"));
        byte[] With(int at, byte value)
        {
            var changed = answer.ToArray();
            changed[at] = value;
            return changed;
        }

        Assert.Equal(DecodeError.InvalidField, Refused(With(0, 9), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(With(13, (byte)'A'), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(With(2, 1), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(With(2, 0x89), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(With(5, 2), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(Question("b.example"), Question()));
        Assert.Equal(DecodeError.InvalidField, Refused(answer[..20], Question()));
    }

    [Fact]
    public void Malformed_records_are_refused()
    {
        var question = Question();
        Assert.Equal(DecodeError.Truncated, Refused(Answer(question, Txt("abc"))[..^1], question));
        Assert.Equal(DecodeError.Truncated, Refused(Answer(question, new DnsRecord(16, [5, 1])), question));
        // A name that points to itself, forwards, or is too long.
        Assert.Equal(DecodeError.Truncated, Refused(Answer(question, new DnsRecord(16, [0], [0xc0, (byte)question.Length])), question));
        Assert.Equal(DecodeError.Truncated, Refused(Answer(question, new DnsRecord(16, [0], [0xc0, 60])), question));
        Assert.Equal(DecodeError.Truncated, Refused(Answer(question, new DnsRecord(16, [0], [.. Enumerable.Repeat<byte[]>([63, .. new byte[63]], 4).SelectMany(label => label), 0])), question));
        Assert.Equal(DecodeError.LimitExceeded, Refused(Answer(question, [.. Enumerable.Repeat(Txt("a"), DnsTxt.MaxRecords + 1)]), question));
    }

    [Fact]
    public void A_circle_of_aliases_ends()
    {
        var aliases = Enumerable.Repeat(new DnsRecord(5, Name("a.example")), DnsTxt.MaxAliases + 1).ToArray();

        Assert.Equal(DecodeError.Truncated, Refused(Answer(Question(), aliases), Question()));
        Assert.Empty(Read(Answer(Question(), aliases[1..]), Question()).Texts);
    }
}
