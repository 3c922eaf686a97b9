using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Tests.Relay;

/// <summary>Field by field, what each implementation of the network makes of a message: the table of docs/messaging.md.</summary>
public sealed class NetworkRulesTests
{
    // Payload 01, content topic "a".
    const string Fine = "0a0101 120161";

    [Theory]
    // payload
    [InlineData("120161", false, false)] // missing
    [InlineData("0a00 120161", true, false)] // empty
    [InlineData("0801 120161", false, false)] // a number
    // content topic
    [InlineData("0a0101", false, false)] // missing
    [InlineData("0a0101 1200", true, false)] // empty
    [InlineData("0a0101 1202c3ff", true, true)] // not UTF-8
    // version
    [InlineData(Fine + "1802", true, true)]
    [InlineData(Fine + "18ffffffff0f", true, true)]
    [InlineData(Fine + "18ffffffff1f", false, true)] // over 32 bits
    [InlineData(Fine + "1a0101", true, false)] // bytes: js-waku reads a number, and field 0 behind it
    // timestamp
    [InlineData(Fine + "5000", true, true)]
    [InlineData(Fine + "50ffffffffffffffffff01", true, true)] // the earliest
    [InlineData(Fine + "50ffffffffffffffffffff01", false, false)] // over 64 bits
    // meta
    [InlineData(Fine + "5a00", true, true)]
    [InlineData(Fine + "5a40 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", true, true)]
    [InlineData(Fine + "5a41 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", false, true)]
    // proof
    [InlineData(Fine + "aa0100", true, true)]
    [InlineData(Fine + "aa0103 0a0101", true, true)]
    [InlineData(Fine + "aa0102 0a05", true, false)] // no RateLimitProof
    // ephemeral
    [InlineData(Fine + "f80101", true, true)]
    [InlineData(Fine + "f80102", true, true)]
    [InlineData(Fine + "f801ffffffff1f", false, true)]
    // fields that nobody knows
    [InlineData(Fine + "9a060101", true, true)]
    [InlineData(Fine + "0001", true, true)] // field 0
    [InlineData(Fine + "9b069c06", false, true)] // a group
    // numbers that could be shorter
    [InlineData("0a8100 01 120161", false, true)]
    // no protobuf
    [InlineData("", false, false)]
    [InlineData("ff", false, false)]
    [InlineData(Fine + "0a05", false, false)]
    [InlineData(Fine + "9f06", false, false)] // wire type 7
    public void Each_implementation_judges_by_its_own_reader(string hex, bool nim, bool javaScript)
    {
        var data = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        Assert.Equal((nim, javaScript), (NimRules.Accept(data), JavaScriptRules.Accept(data)));
        Assert.Equal(
            nim && javaScript ? ValidationResult.Accept : nim || javaScript ? ValidationResult.Ignore : ValidationResult.Reject,
            NetworkRules.Decide(data));
    }
}
