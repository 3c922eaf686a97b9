using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Fuzzing;

/// <summary>Mutated captures, over everything here that reads what a stranger has sent: nothing throws, and nothing costs more memory than it says.</summary>
/// <remarks>To replay a failure, put the seed that it names into the test.</remarks>
public sealed class DecoderFuzzTests(ITestOutputHelper output)
{
    const string Topic = "/waku/2/rs/0/0";
    const long Now = 1_700_000_000_000_000_000;

    static readonly PeerId Peer = PeerId.Parse("16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP");

    static readonly WakuMessage Full = new()
    {
        ContentTopic = "/a/1/b/proto",
        Payload = new byte[40],
        Version = 2,
        Timestamp = Now,
        Meta = new byte[12],
        RateLimitProof = new byte[30],
        IsEphemeral = true,
    };

    static readonly WakuMessage Plain = new() { ContentTopic = "/a/1/c/proto", Payload = new byte[] { 1 } };

    static readonly StoreEntry[] Entries = [.. new[] { Full, Plain }.Select(message => new StoreEntry(MessageHash.Compute(Topic, message), message, Topic))];

    static readonly ArchiveQuery Query = new() { PubsubTopic = Topic, ContentTopics = [Full.ContentTopic, Plain.ContentTopic], Start = 0, End = Now };

    static readonly MessageValidation Validation = new(new MessageValidationOptions());

    static readonly IReadOnlyList<FuzzTarget> Targets =
    [
        new("message", 100_000, 4000, 4, Message, WakuMessageCodec.Encode(Full), WakuMessageCodec.Encode(Plain)),
        new("store question", 100_000, 8000, 24, Question,
            StoreCodec.Encode(new StoreQueryRequest
            {
                RequestId = "6f1c1cf0-3ac1-4bff-8f37-cbd0b1b35e0a",
                IncludesData = true,
                PubsubTopic = Topic,
                ContentTopics = [Full.ContentTopic, Plain.ContentTopic],
                Start = Now,
                End = Now + 1,
                Cursor = Entries[0].Hash,
                IsForward = true,
                Limit = 100,
            }),
            StoreCodec.Encode(new StoreQueryRequest { RequestId = "1", Hashes = [.. Entries.Select(entry => entry.Hash)], Cursor = Entries[1].Hash })),
        new("store answer", 100_000, 8000, 24, Answer,
            StoreCodec.Encode(new StoreQueryResponse
            {
                RequestId = "1",
                Status = StoreStatus.Success,
                Description = "OK",
                Messages = Entries,
                Cursor = Entries[1].Hash,
            }),
            StoreCodec.Encode(new StoreQueryResponse
            {
                RequestId = "1",
                Status = StoreStatus.Success,
                Description = "OK",
                Messages = [.. Entries.Select(entry => new StoreEntry(entry.Hash))],
            }),
            StoreCodec.Encode(new StoreQueryResponse { RequestId = "N/A", Status = StoreStatus.TooManyRequests, Description = "TOO_MANY_REQUESTS" })),
        new("metadata", 100_000, 2000, 48, Metadata, new NodeMetadata(1, [0, 1, 300, 1023]).Encode(), new NodeMetadata(70_000, []).Encode()),
        new("topics", 100_000, 4000, 32, Topics,
            System.Text.Encoding.ASCII.GetBytes(Topic), "/0/a/1/b/proto"u8.ToArray(), "/a/1/b/proto"u8.ToArray(), "/waku/2/rs/65535/1023"u8.ToArray()),
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

    static void Message(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = WakuMessageCodec.TryDecode(input, out var message, out var error);
        IsConsistent(isRead, message, error);
        var result = Validation.Decide(Topic, input.ToArray(), Peer, Now, out var relayed);
        var network = NetworkRules.Decide(input);
        Assert.Equal(network is ValidationResult.Accept && !isRead ? ValidationResult.Ignore : network, result);
        Assert.Equal(result is ValidationResult.Accept, relayed is not null);
    }

    static void Question(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = StoreCodec.TryDecode(input, out StoreQueryRequest? request, out var error);
        IsConsistent(isRead, request, error);
        if (!isRead || !StoreQuestion.TryRead(request!, out var question, out _))
            return;
        var found = new ArchivePage([.. Entries.Select(entry => new ArchivedMessage(entry.Hash, Topic, 0, entry.Message))], null);
        var (messages, _) = question.Cut(found, 100);
        Assert.True(messages is null || messages.Count <= 2);
    }

    static void Answer(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = StoreCodec.TryDecode(input, out StoreQueryResponse? response, out var error);
        IsConsistent(isRead, response, error);
        if (!isRead)
            return;
        var checkedAnswer = StoreAnswerCheck.Check(Query, response!);
        if (!checkedAnswer.IsAnswered)
            return;
        Assert.Equal(response!.Messages.Count, checkedAnswer.Value.Messages.Count + checkedAnswer.Value.Refused);
        foreach (var entry in checkedAnswer.Value.Messages)
            Assert.Equal(entry.Hash, MessageHash.Compute(Topic, entry.Message!));
    }

    static void Metadata(ReadOnlySpan<byte> input, int cut)
    {
        var isRead = NodeMetadata.TryDecode(input, out var metadata, out var error);
        IsConsistent(isRead, metadata, error);
        Assert.True(metadata is null || metadata.Shards.Count <= NodeMetadata.MaxShards);
    }

    static void Topics(ReadOnlySpan<byte> input, int cut)
    {
        Span<char> text = stackalloc char[input.Length];
        System.Text.Encoding.Latin1.GetChars(input, text);
        var isShard = PubsubTopic.TryParse(text, out var shard);
        Assert.True(isShard || shard == default);
        var isRead = ContentTopic.TryParse(new string(text), out var topic, out var problem);
        Assert.True(isRead == topic is not null && isRead == problem is null);
    }

    static void IsConsistent(bool isRead, object? value, DecodeError error)
    {
        if (isRead != (error is DecodeError.None) || isRead != value is not null || !Enum.IsDefined(error))
            Assert.Fail($"{isRead}, {value}, {error}");
    }
}
