using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>The messages of an append as columns, in the order of the key.</summary>
sealed class PostgresArchiveRows
{
    readonly long[] _times;
    readonly byte[][] _hashes;
    readonly long[] _keys;
    readonly long[] _pubsubs;
    readonly long[] _topics;
    readonly byte[][] _contents;
    readonly bool[] _haveTimestamp;
    readonly long[] _versions;
    readonly bool[] _areEphemeral;
    readonly ReadOnlyMemory<byte>[] _payloads;
    readonly ReadOnlyMemory<byte>[] _metas;
    readonly ReadOnlyMemory<byte>[] _proofs;

    /// <param name="messages">Without doubles.</param>
    public PostgresArchiveRows(IReadOnlyCollection<ArchivedMessage> messages)
    {
        var count = messages.Count;
        (_times, _hashes, _keys, _pubsubs) = (new long[count], new byte[count][], new long[count], new long[count]);
        (_topics, _contents, _haveTimestamp) = (new long[count], new byte[count][], new bool[count]);
        (_versions, _areEphemeral) = (new long[count], new bool[count]);
        (_payloads, _metas, _proofs) = (new ReadOnlyMemory<byte>[count], new ReadOnlyMemory<byte>[count], new ReadOnlyMemory<byte>[count]);
        var pubsubs = new Dictionary<string, long>(StringComparer.Ordinal);
        var topics = new Dictionary<(string, string), (long Id, byte[] Name)>();
        // In one order: two nodes that append the same messages would else wait for each other.
        var i = 0;
        foreach (var archived in messages.OrderBy(message => message.PubsubTopic, StringComparer.Ordinal)
            .ThenBy(message => message.Time).ThenBy(message => message.Hash))
        {
            var message = archived.Message!;
            if (!pubsubs.TryGetValue(archived.PubsubTopic, out _pubsubs[i]))
                pubsubs.Add(archived.PubsubTopic, _pubsubs[i] = NumberOf(archived.PubsubTopic));
            if (!topics.TryGetValue((archived.PubsubTopic, message.ContentTopic), out var topic))
            {
                topic = (NumberOf(archived.PubsubTopic, message.ContentTopic), Encoding.UTF8.GetBytes(message.ContentTopic));
                topics.Add((archived.PubsubTopic, message.ContentTopic), topic);
            }
            (_topics[i], _contents[i]) = topic;
            (_times[i], _hashes[i], _keys[i]) = (archived.Time, archived.Hash.ToArray(), KeyOf(archived.Hash));
            (_haveTimestamp[i], _versions[i], _areEphemeral[i]) = (message.Timestamp is not null, message.Version, message.IsEphemeral);
            (_payloads[i], _metas[i], _proofs[i]) = (message.Payload, message.Meta, message.RateLimitProof);
            i++;
        }
    }

    /// <summary>Parameters for a statement that takes <c>unnest</c> of all columns.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _times });
        parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = _hashes });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _keys });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _pubsubs });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _topics });
        parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = _contents });
        parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = _haveTimestamp });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _versions });
        parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = _areEphemeral });
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = _payloads });
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = _metas });
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = _proofs });
    }

    /// <summary>The first eight bytes of a hash as a number that is ordered as they are.</summary>
    public static long KeyOf(MessageHash hash)
    {
        Span<byte> bytes = stackalloc byte[MessageHash.Length];
        hash.CopyTo(bytes);
        return BinaryPrimitives.ReadInt64BigEndian(bytes) ^ long.MinValue;
    }

    /// <summary>The number of a pubsub topic, or, with a content topic, of the pair.</summary>
    public static long NumberOf(string pubsubTopic, string? contentTopic = null)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(Encoding.UTF8.GetBytes(pubsubTopic));
        if (contentTopic is not null)
        {
            sha256.AppendData([0]);
            sha256.AppendData(Encoding.UTF8.GetBytes(contentTopic));
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha256.GetHashAndReset(hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
