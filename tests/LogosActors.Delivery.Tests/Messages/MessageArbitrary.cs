using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Messages;

/// <summary>Any message that can be on the wire.</summary>
internal static class MessageArbitrary
{
    /// <summary>Text that is not empty and that UTF-8 can carry.</summary>
    public static Gen<string> Texts { get; } =
        ArbMap.Default.GeneratorFor<NonEmptyString>()
            .Where(text => text.Get.Length < 40 && !text.Get.Any(char.IsSurrogate))
            .Select(text => text.Get);

    public static Gen<MessageHash> Hashes { get; } =
        Gen.Choose(0, 255).ArrayOf(MessageHash.Length).Select(bytes => new MessageHash([.. bytes.Select(value => (byte)value)]));

    public static Gen<WakuMessage> Messages { get; } =
        from topic in Texts
        from payload in Bytes()
        from version in ArbMap.Default.GeneratorFor<uint>()
        from timestamp in ArbMap.Default.GeneratorFor<long?>()
        from meta in Bytes()
        from proof in Bytes()
        from isEphemeral in ArbMap.Default.GeneratorFor<bool>()
        select new WakuMessage
        {
            ContentTopic = topic,
            Payload = payload,
            Version = version,
            Timestamp = timestamp,
            Meta = meta.Take(WakuMessageLimits.MetaLength).ToArray(),
            RateLimitProof = proof,
            IsEphemeral = isEphemeral,
        };

    static Gen<byte[]> Bytes() => ArbMap.Default.GeneratorFor<byte[]>().Select(value => value ?? []);
}
