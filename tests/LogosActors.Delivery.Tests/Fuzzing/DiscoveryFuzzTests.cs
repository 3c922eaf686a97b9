using System.Net;
using System.Text;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Tests.Discovery.Discv5;
using LogosActors.Delivery.Tests.Discovery.DnsLists;
using LogosActors.Delivery.Tests.Discovery.Records;
using LogosActors.Libp2p.Encoding;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Fuzzing;

/// <summary>Mutated captures, over all that reads records, lists and packets: nothing throws, and nothing costs more memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test. A million inputs each with <c>LOGOS_FULL=1</c>.</remarks>
public sealed class DiscoveryFuzzTests(ITestOutputHelper output)
{
    static readonly byte[][] Records = [.. RecordVectors.Valid.Select(text => NodeRecordTests.Read(text).Bytes.ToArray())];

    static readonly ListUrl List = TreeEntryTests.List(DnsVectors.Url);

    static readonly PacketCodec Codec = new(WireVectors.B.Id, "discv5");

    static readonly byte[] Memory = new byte[Packet.MaxHeaderLength];

    static readonly byte[][] WirePackets =
        [.. new[] { WireVectors.Ping, WireVectors.WhoAreYou, WireVectors.Handshake, WireVectors.HandshakeWithRecord }.Select(Convert.FromHexString)];

    static int _read;

    /// <summary>Some inputs verify a signature, which takes a quarter of a millisecond: they have fewer.</summary>
    static readonly IReadOnlyList<FuzzTarget> Targets =
    [
        new("record", Tier.Of(20_000, 1_000_000), 12_000, 40, Record, Records),
        new("text of a record", Tier.Of(20_000, 1_000_000), 12_000, 40, RecordText, [.. RecordVectors.Valid.Select(Encoding.ASCII.GetBytes)]),
        new("values of a record", Tier.Of(50_000, 1_000_000), 24_000, 200, Values,
            new RecordShards(1, [0, 1, 7]).Encode(), [0, 73, 2, 4, .. new byte[126]],
            NodeRecordTests.Read(RecordVectors.Multiaddrs).TryGet("multiaddrs", out var addresses) ? addresses.ToArray() : []),
        new("entry of a list", Tier.Of(20_000, 1_000_000), 12_000, 80, Entry,
            [.. DnsVectors.Zone.Values.Append(DnsVectors.JsBranch).Append(DnsVectors.JsRoot).Select(Encoding.ASCII.GetBytes)]),
        new("packet", Tier.Of(50_000, 1_000_000), 200, 0, ReadPacket, WirePackets),
        new("message", Tier.Of(50_000, 1_000_000), 4000, 200, Message,
            [.. Messages().Select(MessageCodec.Encode)]),
        new("datagram", Tier.Of(20_000, 1_000_000), 60_000, 60, Datagram, WirePackets),
    ];

    public static TheoryData<string> Names => [.. Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_stranger_sends_is_read_or_refused_at_a_bounded_cost(string decoder)
    {
        var target = Targets.Single(target => string.Equals(target.Name, decoder, StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        _read = 0;
        var most = target.Run(seed);
        output.WriteLine($"{target.Inputs} inputs, {100.0 * _read / target.Inputs:F1} % of them were read; the most that one allocated: {most} bytes");
        Assert.NotEqual(0, _read);
    }

    static IEnumerable<Discv5Message> Messages() =>
    [
        new Discv5Message.Ping(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 1),
        new Discv5Message.Pong(new byte[] { 1 }, 1, new IPEndPoint(IPAddress.Loopback, 5000)),
        new Discv5Message.Pong(new byte[] { 1 }, ulong.MaxValue, new IPEndPoint(IPAddress.IPv6Loopback, 5000)),
        new Discv5Message.FindNode(new byte[] { 1 }, [0, 1, 255, 256]),
        new Discv5Message.Nodes(new byte[] { 1 }, 5, [.. Records.Take(3).Select(record => (ReadOnlyMemory<byte>)record)]),
        new Discv5Message.TalkRequest(new byte[] { 1 }, new byte[] { 2 }, new byte[70]),
        new Discv5Message.TalkResponse(new byte[] { 1 }, new byte[70]),
    ];

    static void Record(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = NodeRecord.TryDecode(input, out var record, out var error);
        IsConsistent(isRead, record, error);
        if (record is not null)
            Assert.True(record.Bytes.SequenceEqual(input));
    }

    static void RecordText(ReadOnlySpan<byte> input, int cut)
    {
        Span<char> text = stackalloc char[input.Length];
        Encoding.Latin1.GetChars(input, text);
        var isRead = NodeRecord.TryParse(text, out var record, out var error);
        IsConsistent(isRead, record, error);
        Assert.True(record is null || text.SequenceEqual(record.ToString()));
    }

    static void Values(ReadOnlySpan<byte> input, int cut)
    {
        IsConsistent(RecordShards.TryDecodeList(input, out var list, out var error), list, error);
        IsConsistent(RecordShards.TryDecodeVector(input, out var vector, out error), vector, error);
        Assert.True(RecordMultiaddrs.Decode(input).Sum(address => address.Bytes.Length + 2) <= input.Length);
    }

    static void Entry(ReadOnlySpan<byte> input, int cut)
    {
        var text = Encoding.Latin1.GetString(input);
        IsConsistent(TreeEntry.TryParse(text, out var entry, out var error), entry, error);
        IsConsistent(TreeRoot.TryParse(text, List, out var root, out error), root, error);
        Assert.True(root is null || string.Equals(root.Text, DnsVectors.Root, StringComparison.Ordinal) || text.Contains("sig=", StringComparison.Ordinal));
    }

    static void ReadPacket(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = Codec.TryDecode(input, Memory, out var packet, out var error);
        if (isRead != (error is DecodeError.None))
            Assert.Fail($"{isRead}, {error}");
        if (!isRead)
            return;
        _read++;
        if (packet.Head.Length + packet.Message.Length != input.Length)
            Assert.Fail("the parts are not the whole");
        if (packet.Kind is PacketKind.Handshake && packet.Record.Length > NodeRecord.MaxLength)
            Assert.Fail("a long record");
    }

    static void Message(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = MessageCodec.TryDecode(input.ToArray(), out var message, out var error);
        IsConsistent(isRead, message, error);
        if (message is Discv5Message.Nodes nodes)
            Assert.True(nodes.Records.Length <= MessageCodec.MaxRecords);
        // An IPv4 address has a second form, mapped to IPv6, which is not written.
        if (message is not null && input.Length <= MessageCodec.MaxLength && message is not Discv5Message.Pong { Recipient.Address.IsIPv4MappedToIPv6: true })
            Assert.Equal(input.ToArray(), MessageCodec.Encode(message));
    }

    static void Datagram(ReadOnlySpan<byte> input, int cut)
    {
        using var sessions = new SessionLayer(
            WireVectors.B, () => NodeRecordTests.Read(RecordVectors.Eip778), _ => null, new RecordCache(), static memory => memory.Span.Fill(7),
            new Discv5Options { Protocol = "discv5" });
        var effects = new List<SessionEffect>();
        sessions.Receive(input, new IPEndPoint(IPAddress.Loopback, 1), TimeSpan.Zero, effects);
        _read += effects.Count;
        foreach (var effect in effects)
            Assert.True(effect is SessionEffect.Send send && send.Datagram.Length <= input.Length);
    }

    static void IsConsistent(bool isRead, object? value, DecodeError error)
    {
        if (isRead != (error is DecodeError.None) || isRead != value is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {value}, {error}");
        if (isRead)
            _read++;
    }
}
