using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Which messages the network relays, by their bytes alone. Pure; it allocates nothing and never throws.</summary>
/// <remarks>
/// A relay passes on what others have made, so it is penalised only for what no implementation lets through. And it relays only what every
/// implementation lets through, or its own peers would penalise it.
/// </remarks>
internal static class NetworkRules
{
    /// <summary>Decides about an encoded message.</summary>
    /// <returns><see cref="ValidationResult.Accept"/> when both implementations accept it, <see cref="ValidationResult.Reject"/> when both reject
    /// it, and <see cref="ValidationResult.Ignore"/> when one does.</returns>
    public static ValidationResult Decide(ReadOnlySpan<byte> data) => (NimRules.Accept(data), JavaScriptRules.Accept(data)) switch
    {
        (true, true) => ValidationResult.Accept,
        (false, false) => ValidationResult.Reject,
        _ => ValidationResult.Ignore,
    };
}

/// <summary>What the Nim implementation relays: what <c>WakuMessage.decode</c> reads (logos-delivery, waku_core/message/codec.nim), with the
/// reader of nim-libp2p (protobuf/minprotobuf.nim).</summary>
internal static class NimRules
{
    const int MaxMetaLength = 64; // waku_core/message/message.nim, MaxMetaAttrLength

    /// <summary>Whether it relays a message. A field of another wire type than its own is passed over; numbers are of the shortest form.</summary>
    public static bool Accept(ReadOnlySpan<byte> data)
    {
        var (hasPayload, hasContentTopic, metaLength) = (false, false, 0UL);
        while (!data.IsEmpty)
        {
            if (!TryVarint(ref data, out var tag))
                return false;
            var field = tag >> 3;
            switch (tag & 7)
            {
                case 0 when TryVarint(ref data, out var number):
                    if (field is 3 or 31 && number > uint.MaxValue)
                        return false;
                    break;
                case 1 when data.Length >= 8:
                    data = data[8..];
                    break;
                case 2 when TryVarint(ref data, out var length) && length <= (ulong)data.Length:
                    data = data[(int)length..];
                    hasPayload |= field == 1;
                    hasContentTopic |= field == 2;
                    metaLength = field == 11 ? length : metaLength;
                    break;
                case 5 when data.Length >= 4:
                    data = data[4..];
                    break;
                default:
                    return false;
            }
        }
        return hasPayload && hasContentTopic && metaLength <= MaxMetaLength;
    }

    static bool TryVarint(ref ReadOnlySpan<byte> data, out ulong value)
    {
        value = 0;
        for (var i = 0; i < data.Length && i < 10; i++)
        {
            var part = data[i];
            if (i == 9 && part > 1)
                return false;
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part >= 0x80)
                continue;
            data = data[(i + 1)..];
            return part != 0 || i == 0;
        }
        return false;
    }
}

/// <summary>What js-waku relays: what its relay's validator accepts (packages/relay/src/message_validator.ts), with the reader of
/// protons-runtime (utils/reader.ts), which minds no wire type of a field that it knows.</summary>
internal static class JavaScriptRules
{
    /// <summary>Whether it relays a message.</summary>
    public static bool Accept(ReadOnlySpan<byte> data)
    {
        var reader = new Reader(data);
        var (payloadLength, contentTopicLength) = (0U, 0U);
        while (!reader.IsAtEnd)
        {
            var tag = reader.UInt32();
            switch (tag >> 3)
            {
                case 1: payloadLength = reader.Bytes(); break;
                case 2: contentTopicLength = reader.Bytes(); break;
                case 3 or 31: reader.UInt32(); break;
                case 10: reader.Int64(); break;
                case 11: reader.Bytes(); break;
                case 21: ReadProof(ref reader); break;
                default: reader.Skip(tag & 7); break;
            }
        }
        return !reader.HasThrown && payloadLength > 0 && contentTopicLength > 0;
    }

    // RateLimitProof (packages/proto/src/lib/message.proto): seven fields of bytes.
    static void ReadProof(ref Reader reader)
    {
        var end = reader.UInt32() + reader.Position;
        while (!reader.HasThrown && reader.Position < end)
        {
            var tag = reader.UInt32();
            if (tag >> 3 is >= 1 and <= 7)
                reader.Bytes();
            else
                reader.Skip(tag & 7);
        }
    }

    /// <summary>protons-runtime's reader: what it throws ends the reading. A byte behind the end is read as the continuation of a number.</summary>
    ref struct Reader(ReadOnlySpan<byte> data)
    {
        readonly ReadOnlySpan<byte> _data = data;

        public long Position { get; private set; }

        public bool HasThrown { get; private set; }

        public readonly bool IsAtEnd => HasThrown || Position >= _data.Length;

        public uint UInt32()
        {
            var value = 0U;
            for (var i = 0; i < 5; i++)
            {
                var part = Byte();
                value |= (part & 0x7f) << (7 * i);
                if (part < 0x80)
                    return value;
            }
            // A longer number is of ten bytes, whatever they are.
            return Advance(5) ? value : 0;
        }

        public void Int64()
        {
            if (_data.Length - Position > 4)
            {
                for (var i = 0; i < 5; i++)
                {
                    if (Byte() < 0x80)
                        return;
                }
            }
            else
            {
                for (var i = 0; i < 3; i++)
                {
                    if (IsAtEnd)
                    {
                        HasThrown = true;
                        return;
                    }
                    if (Byte() < 0x80)
                        return;
                }
                // The fourth of the last four bytes ends the number, whether it is there or not.
                Byte();
                return;
            }
            for (var i = 0; i < 5; i++)
            {
                if (IsAtEnd)
                    break;
                if (Byte() < 0x80)
                    return;
            }
            HasThrown = true;
        }

        public uint Bytes()
        {
            var length = UInt32();
            return Advance(length) ? length : 0;
        }

        public void Skip(uint wireType)
        {
            var groups = 0;
            while (!HasThrown)
            {
                switch (wireType)
                {
                    case 0: SkipVarint(); break;
                    case 1: Advance(8); break;
                    case 2: Bytes(); break;
                    case 3: groups++; break;
                    case 4 when groups > 0: groups--; break;
                    case 5: Advance(4); break;
                    default: HasThrown = true; break;
                }
                if (groups == 0)
                    return;
                wireType = UInt32() & 7;
            }
        }

        void SkipVarint()
        {
            do
            {
                if (IsAtEnd)
                    HasThrown = true;
            }
            while (!HasThrown && Byte() >= 0x80);
        }

        uint Byte()
        {
            var part = Position < _data.Length ? _data[(int)Position] : 0x80U;
            Position++;
            return part;
        }

        bool Advance(long count)
        {
            if (Position + count > _data.Length)
                HasThrown = true;
            else
                Position += count;
            return !HasThrown;
        }
    }
}
