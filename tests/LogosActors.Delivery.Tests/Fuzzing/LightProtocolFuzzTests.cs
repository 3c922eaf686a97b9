using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Libp2p.Encoding;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Fuzzing;

/// <summary>Mutated captures of the protocols of light clients: nothing throws, and nothing costs more memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test. Each decoder gets a million inputs when everything runs.</remarks>
public sealed class LightProtocolFuzzTests(ITestOutputHelper output)
{
    const string Topic = "/waku/2/rs/0/0";
    const string RequestId = "6f1c1cf0-3ac1-4bff-8f37-cbd0b1b35e0a";

    static readonly int Inputs = Tier.Of(100_000, 1_000_000);

    static readonly byte[] Message = WakuMessageCodec.Encode(
        new WakuMessage { ContentTopic = "/a/1/b/proto", Payload = new byte[40], Timestamp = 1_700_000_000_000_000_000 });

    static readonly LightpushRequest Pushed = new() { RequestId = RequestId, PubsubTopic = Topic, Message = Message };

    static readonly IReadOnlyList<FuzzTarget> Targets =
    [
        new("filter request", Inputs, 4000, 24, FilterRequest,
            FilterCodec.Encode(new FilterSubscribeRequest
            {
                RequestId = RequestId,
                Type = FilterRequestType.Subscribe,
                PubsubTopic = Topic,
                ContentTopics = ["/a/1/b/proto", "/a/1/c/proto"],
            }),
            FilterCodec.Encode(new FilterSubscribeRequest { RequestId = "1", PubsubTopic = "" }),
            FilterCodec.Encode(new FilterSubscribeRequest { RequestId = "2", Type = FilterRequestType.UnsubscribeAll })),
        new("filter answer", Inputs, 4000, 8, FilterResponse,
            FilterCodec.Encode(new FilterSubscribeResponse { RequestId = RequestId, Status = FilterStatus.Success, Description = "OK" }),
            FilterCodec.Encode(new FilterSubscribeResponse { RequestId = "N/A", Status = FilterStatus.TooManyRequests })),
        new("filter push", Inputs, 4000, 8, Push, Pushes()),
        new("lightpush request", Inputs, 4000, 8, LightpushRequests,
            LightpushCodec.Encode(Pushed), LightpushCodec.Encode(Pushed with { PubsubTopic = null })),
        new("lightpush answer", Inputs, 4000, 8, LightpushResponses,
            LightpushCodec.Encode(new LightpushResponse { RequestId = RequestId, Status = LightpushStatus.Success, RelayPeerCount = 7 }),
            LightpushCodec.Encode(new LightpushResponse { RequestId = "N/A", Status = LightpushStatus.TooManyRequests, Description = "too many" })),
        new("legacy lightpush request", Inputs, 4000, 8, LegacyRequests, LegacyLightpushCodec.Encode(Pushed)),
        new("legacy lightpush answer", Inputs, 4000, 8, LegacyResponses,
            LegacyLightpushCodec.Encode(new LegacyLightpushResponse { RequestId = RequestId, IsSuccess = true, Info = "OK" })),
        new("peer exchange query", Inputs, 1000, 8, PeerQuery, PeerExchangeCodec.Encode(new PeerExchangeQuery { PeerCount = 60 })),
        new("peer exchange answer", Inputs, 4000, 32, PeerAnswer,
            PeerExchangeCodec.Encode(new PeerExchangeResponse { Status = PeerExchangeStatus.Success, Records = [new byte[134], new byte[300], new byte[40]] }),
            PeerExchangeCodec.Encode(new PeerExchangeResponse { Status = PeerExchangeStatus.TooManyRequests, Description = "too many" })),
    ];

    public static TheoryData<string> Names => [.. Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_stranger_sends_is_read_or_refused_at_a_bounded_cost(string decoder)
    {
        var target = Targets.Single(target => string.Equals(target.Name, decoder, StringComparison.Ordinal));
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var most = target.Run(seed);
        output.WriteLine($"{target.Inputs} inputs; the most that one allocated: {most} bytes");
    }

    static byte[][] Pushes()
    {
        var push = new byte[FilterCodec.SizeOfPush(Message.Length, Topic)];
        FilterCodec.WritePush(Message, Topic, push);
        return [push];
    }

    static void FilterRequest(ReadOnlySpan<byte> input, int cut)
    {
        IsConsistent(FilterCodec.TryDecode(input, out FilterSubscribeRequest? request, out var error), request, error);
        Assert.True(request is null || (Enum.IsDefined(request.Type) && request.ContentTopics.Count <= FilterLimits.DecodedTopics));
    }

    static void FilterResponse(ReadOnlySpan<byte> input, int cut) =>
        IsConsistent(FilterCodec.TryDecode(input, out FilterSubscribeResponse? response, out var error), response, error);

    static void Push(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = FilterCodec.TryDecodePush(input.ToArray(), out var push, out var error);
        Assert.Equal(isRead, error is DecodeError.None);
        Assert.Equal(isRead, !push.Message.IsEmpty);
    }

    static void LightpushRequests(ReadOnlySpan<byte> input, int cut)
    {
        IsConsistent(LightpushCodec.TryDecode(input, out LightpushRequest? request, out var error), request, error);
        Assert.True(request is null || !request.Message.IsEmpty);
    }

    static void LightpushResponses(ReadOnlySpan<byte> input, int cut) =>
        IsConsistent(LightpushCodec.TryDecode(input, out LightpushResponse? response, out var error), response, error);

    static void LegacyRequests(ReadOnlySpan<byte> input, int cut)
    {
        IsConsistent(LegacyLightpushCodec.TryDecode(input, out LightpushRequest? request, out var error), request, error);
        Assert.True(request is null || !request.Message.IsEmpty);
    }

    static void LegacyResponses(ReadOnlySpan<byte> input, int cut) =>
        IsConsistent(LegacyLightpushCodec.TryDecode(input, out LegacyLightpushResponse? response, out var error), response, error);

    static void PeerQuery(ReadOnlySpan<byte> input, int cut) =>
        IsConsistent(PeerExchangeCodec.TryDecode(input, out PeerExchangeQuery? query, out var error), query, error);

    static void PeerAnswer(ReadOnlySpan<byte> input, int cut)
    {
        IsConsistent(PeerExchangeCodec.TryDecode(input, out PeerExchangeResponse? response, out var error), response, error);
        Assert.True(response is null || response.Records.Count <= PeerExchangeLimits.DecodedRecords);
    }

    static void IsConsistent(bool isRead, object? value, DecodeError error)
    {
        if (isRead != (error is DecodeError.None) || isRead != value is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {value}, {error}");
    }
}
