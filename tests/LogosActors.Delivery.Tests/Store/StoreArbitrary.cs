using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Tests.Messages;

namespace LogosActors.Delivery.Tests.Store;

/// <summary>Any question and any answer.</summary>
internal static class StoreArbitrary
{
    public static Arbitrary<StoreQueryRequest> Requests { get; } = Arb.From(
        from id in MessageArbitrary.Texts
        from includesData in ArbMap.Default.GeneratorFor<bool>()
        from topic in Optional(MessageArbitrary.Texts)
        from contentTopics in MessageArbitrary.Texts.ListOf()
        from start in ArbMap.Default.GeneratorFor<long?>()
        from end in ArbMap.Default.GeneratorFor<long?>()
        from hashes in MessageArbitrary.Hashes.ListOf()
        from cursor in Cursor
        from isForward in ArbMap.Default.GeneratorFor<bool>()
        from limit in ArbMap.Default.GeneratorFor<ulong?>()
        select new StoreQueryRequest
        {
            RequestId = id,
            IncludesData = includesData,
            PubsubTopic = topic,
            ContentTopics = [.. contentTopics],
            Start = start,
            End = end,
            Hashes = [.. hashes],
            Cursor = cursor,
            IsForward = isForward,
            Limit = limit,
        });

    public static Arbitrary<StoreQueryResponse> Responses { get; } = Arb.From(
        from id in MessageArbitrary.Texts
        from status in Gen.Choose(0, 600)
        from description in MessageArbitrary.Texts
        from entries in Gen.OneOf(Keys, Values).ListOf()
        from cursor in Cursor
        select new StoreQueryResponse
        {
            RequestId = id,
            Status = (StoreStatus)status,
            Description = description,
            Messages = [.. entries],
            Cursor = cursor,
        });

    static Gen<StoreEntry> Keys => MessageArbitrary.Hashes.Select(hash => new StoreEntry(hash));

    static Gen<StoreEntry> Values =>
        from hash in MessageArbitrary.Hashes
        from message in MessageArbitrary.Messages
        from topic in MessageArbitrary.Texts
        select new StoreEntry(hash, message, topic);

    static Gen<MessageHash?> Cursor => Gen.OneOf(Gen.Constant<MessageHash?>(null), MessageArbitrary.Hashes.Select(hash => (MessageHash?)hash));

    static Gen<string?> Optional(Gen<string> texts) => Gen.OneOf(Gen.Constant<string?>(null), texts.Select(text => (string?)text));
}
